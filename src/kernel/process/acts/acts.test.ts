// Texts of acts: what each line becomes, what is wrong and where.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Act, ActBlock } from './act.ts'
import { parseActs } from './parse.ts'
import { VERBS } from './verbs.ts'

function parse(text: string) {
  const blocks: ActBlock[] = []
  const { main, faults } = parseActs(text, { blocks })
  return { acts: blocks[main], blocks, faults: faults.map((f) => `${f.code} ${f.params.join(' ')} @${text.slice(f.span.from, f.span.to)}`) }
}

function show(act: Act): string {
  switch (act.kind) {
    case 'syscall':
      return `${act.name}(${act.shown.join(', ')})`
    case 'block':
      return `block x${act.times}${act.strict ? ' strict' : ''}`
    case 'call':
      return `call ${act.image}:${act.name} ${act.args.length}`
    case 'spin':
      return `spin ${act.ns} ${act.stack.join('>')}`
    default:
      return `${act.kind} ${'name' in act ? act.name : act.program}`
  }
}

const lines = (text: string): readonly string[] => parse(text).acts.map(show)

describe('acts', () => {
  it('are one a line', () => {
    const text = `
# a comment
open /etc/shadow r as f
read f 100 takes 3ms   # slow
write 1 'a\\x41\\n'
connect 10.0.0.9:443
kill worker SIGKILL
spin 20ms in compute>hash
call libcrypto.so.3:RSA_public_decrypt 256 'key' = 32`
    expect(parse(text).faults).toEqual([])
    expect(lines(text)).toEqual([
      'openat(/etc/shadow, O_RDONLY)',
      'read(f, 100)',
      'write(1, "aA\\n")',
      'block x1 strict',
      'kill(worker, 9)',
      'spin 20000000 compute>hash',
      'call libcrypto.so.3:RSA_public_decrypt 2',
    ])
    expect(parse(text).acts[0]).toMatchObject({ bind: 'f' })
    expect(parse(text).acts[1]).toMatchObject({ takesNs: 3_000_000 })
  })

  it('hold blocks', () => {
    const { acts, blocks, faults } = parse('fork w {\n repeat 3 {\n  sleep 1ms\n }\n exit 2\n}\nwait w')
    expect(faults).toEqual([])
    expect(acts.map(show)).toEqual(['fork w', 'wait w'])
    expect(blocks.map((b) => b.map(show).join('; '))).toEqual([
      'fork w; wait w',
      'block x3; exit_group(2)',
      'clock_nanosleep(CLOCK_MONOTONIC, 1ms)',
    ])
  })

  it('say what is done where they fail', () => {
    const { acts, blocks } = parse('open /etc/shadow r || exit 1')
    expect(blocks[acts[0].otherwise].map(show)).toEqual(['exit_group(1)'])
  })

  it.each([
    ['opne /x', 'acts.verb opne @opne'],
    ['open', 'acts.missing path @open'],
    ['open /x r 0640 more', 'acts.extra more @more'],
    ['open /x sideways', 'acts.argument sideways flags @open'],
    ['sleep soon', 'acts.argument soon time @soon'],
    ['connect nowhere', 'acts.missing address @nowhere'],
    ["write 1 'abc", "acts.quote ' @'abc"],
    ['fork w {', 'acts.block { @{'],
    ['}', 'acts.block } @}'],
    ['sleep 1ms {\n}', 'acts.block sleep @{'],
    ['syscall nothing', 'acts.syscall nothing @nothing'],
    ['open /x ||', 'acts.missing act @||'],
    ['repeat 0 {\n}', 'acts.argument 0 times @repeat'],
    ['exit 1 as', 'acts.missing as @as'],
  ])('%j is at fault', (text, fault) => {
    expect(parse(text).faults).toEqual([fault])
  })

  it('never throw, whatever the text is', () => {
    const words = [
      ...Object.keys(VERBS),
      '{',
      '}',
      '||',
      "'",
      '"',
      'as',
      'takes',
      'in',
      '=',
      '1',
      '0x',
      '5ms',
      '/x',
      ':',
      '10.0.0.1:80',
      '\\',
      '\n',
      '#',
      '-1',
      '9'.repeat(30),
    ]
    let seed = 7
    const next = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % n
    }
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: next(14) }, () => words[next(words.length)]).join(next(3) === 0 ? '' : ' ')
      expect(() => parse(text)).not.toThrow()
    }
  })

  it('are all in the page that lists them', () => {
    const page = readFileSync(new URL('../../../../docs/acts.md', import.meta.url), 'utf8').replaceAll('\\|', '|')
    for (const [name, verb] of Object.entries(VERBS)) {
      expect(verb?.help.split(/[ :]/)[0]).toBe(name)
      expect(page).toContain(`| \`${verb?.help.split(':  ')[0].split(': ')[0]}\` |`)
    }
  })
})
