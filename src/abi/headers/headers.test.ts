// The headers against clang and against the UAPI headers of the machine, where it has them: each compiles alone, all compile together, and
// every constant and structure has the value and layout that the system's have. Newer members and names are ours alone (Linux 6.18).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerPaths, headerText, helpers } from '../index.ts'

const CLANG = ['clang-22', 'clang'].find((c) => spawnSync(c, ['--version']).status === 0)
const SYSTEM = ['/usr/include/linux/bpf.h', '/usr/include/linux/if_ether.h'].every((p) => existsSync(p))
const LIBBPF_DEFS = '/usr/include/bpf/bpf_helper_defs.h'

const noClang = CLANG === undefined ? ' (skipped: no clang here)' : ''
const noSystem = CLANG === undefined || !SYSTEM ? ' (skipped: needs clang and the UAPI headers of Linux)' : ''

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'headers-'))
  for (const path of headerPaths) {
    mkdirSync(dirname(join(dir, 'inc', path)), { recursive: true })
    writeFileSync(join(dir, 'inc', path), headerText(path)!)
  }
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const BPF = [
  '-target',
  'bpf',
  '-nostdinc',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wno-unused',
  '-Wno-unused-parameter',
  '-fsyntax-only',
  '-x',
  'c',
  '-',
]

function clang(args: readonly string[], input: string): { readonly status: number; readonly out: string; readonly err: string } {
  const run = spawnSync(CLANG!, args, { input, encoding: 'utf8', maxBuffer: 1 << 26 })
  return { status: run.status ?? -1, out: run.stdout, err: run.stderr }
}

const include = (paths: readonly string[]) => paths.map((p) => `#include <${p}>\n`).join('')

test('every include of a header is a header of ours', () => {
  for (const path of headerPaths) {
    for (const [, other] of headerText(path)!.matchAll(/^#include <(.*)>$/gm))
      expect(headerText(other), `${path} includes ${other}`).toBeDefined()
  }
  expect(headerText('linux/none.h')).toBeUndefined()
  expect(headerText('toString')).toBeUndefined()
})

test('a helper is declared for each row', () => {
  const text = headerText('bpf/bpf_helper_defs.h')!
  for (const h of helpers) expect(text).toMatch(new RegExp(`\\* const ${h.name}\\)\\(.*\\) = \\(void \\*\\) ${h.id};`))
  expect(text).toContain('static void *(* const bpf_map_lookup_elem)(void *map, const void *key) = (void *) 1;')
})

describe.skipIf(CLANG === undefined)(`compiled by clang${noClang}`, () => {
  test('each header alone', () => {
    for (const path of headerPaths)
      expect(clang(['-I', join(dir, 'inc'), ...BPF], include([path])), path).toEqual({ status: 0, out: '', err: '' })
  })

  test('all headers together, in both orders', () => {
    for (const paths of [headerPaths, headerPaths.toReversed()]) {
      expect(clang(['-I', join(dir, 'inc'), ...BPF], include(paths) + include(paths))).toEqual({ status: 0, out: '', err: '' })
    }
  })

  test('a program that uses most of what they offer', () => {
    const source = readFileSync(new URL('../fixtures/uses-headers.c', import.meta.url), 'utf8')
    expect(clang(['-I', join(dir, 'inc'), ...BPF], source)).toEqual({ status: 0, out: '', err: '' })
  })
})

// Headers of both sides that can be compiled for this machine side by side.
const COMPARED = [
  'linux/bpf.h linux/if_ether.h linux/if_vlan.h linux/if_packet.h linux/if_arp.h linux/ip.h linux/in.h linux/in6.h linux/ipv6.h',
  'linux/tcp.h linux/udp.h linux/icmp.h linux/icmpv6.h linux/pkt_cls.h errno.h limits.h stdint.h linux/limits.h sys/socket.h linux/version.h linux/sched.h linux/if.h linux/time_types.h',
].flatMap((l) => l.split(' '))

/** Grows with the kernel, so differs between versions. */
const BY_VERSION = /^(__)?MAX_|^__BPF_FUNC_MAX|_MAX$|_MAX_STATES$|^LINUX_VERSION|^TCP_RESERVED_BITS$/

const NOT_A_NUMBER = /^__LINUX_|^__ASM_|^__NETINET|_H__$|^NULL$/

/** Names of plain constants that our headers define: macros without parameters, members of enumerations. */
function ourConstants(): readonly string[] {
  const names = new Set<string>()
  for (const path of [...COMPARED, 'linux/bpf_common.h', 'linux/pkt_sched.h', 'asm-generic/errno.h']) {
    const text = headerText(path)!
    for (const [, name, value] of text.matchAll(/^#define (\w+) (.+)$/gm)) if (/^[-(]*(0x)?[\dA-Fa-f]/.test(value)) names.add(name)
    for (const [, body] of text.matchAll(/^enum \w* ?\{\n(.*?)\n\};/gms))
      for (const [, name] of body.matchAll(/^\t(\w+)/gm)) names.add(name)
  }
  return [...names].filter((n) => !NOT_A_NUMBER.test(n))
}

/** Values of constants as a compiled program prints them; names that the headers do not know are left out. */
function values(names: readonly string[], flags: readonly string[], label: string): ReadonlyMap<string, string> {
  const source = (known: readonly string[]) =>
    `${include(COMPARED)}int printf(const char *, ...);\nint main(void) {\n${known.map((n) => `printf("%s %lld\\n", "${n}", (long long)(${n}));`).join('\n')}\n}\n`
  const first = clang([...flags, '-w', '-fsyntax-only', '-ferror-limit=0', '-x', 'c', '-'], source(names))
  const lines = source(names).split('\n')
  const unknown = new Set(
    [...first.err.matchAll(/<stdin>:(\d+):\d+: error/g)].map((m) => /"(\w+)"/.exec(lines[Number(m[1]) - 1].slice(20))?.[1]),
  )
  const file = join(dir, label)
  const built = clang([...flags, '-w', '-o', file, '-x', 'c', '-'], source(names.filter((n) => !unknown.has(n))))
  expect(built.err).toBe('')
  const printed = spawnSync(file, { encoding: 'utf8' }).stdout.trim().split('\n')
  return new Map(printed.map((line) => line.split(' ') as [string, string]))
}

/** Members of every named record with their bit or byte offsets, and its size, as clang lays it out. */
function layouts(flags: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const { out, err } = clang(
    [...flags, '-w', '-fsyntax-only', '-Xclang', '-fdump-record-layouts-complete', '-x', 'c', '-'],
    include(COMPARED),
  )
  expect(err).toBe('')
  const records = new Map<string, ReadonlyMap<string, string>>()
  for (const block of out.split('*** Dumping AST Record Layout').slice(1)) {
    const name = /^\s*0 \| ((?:struct|union) \w+)$/m.exec(block)?.[1]
    if (name === undefined) continue
    const members = new Map<string, string>()
    for (const [, at, member] of block.matchAll(/^\s*([\d:-]+) \| .*?(\w+)$/gm))
      if (!/^(struct|union) /.test(member)) members.set(`${at} ${member}`, at)
    members.set('size', /sizeof=(\d+)/.exec(block)![1])
    records.set(name, members)
  }
  return records
}

describe.skipIf(noSystem !== '')(`against the headers of this machine${noSystem}`, () => {
  const ours = () => ['-nostdinc', '-I', join(dir, 'inc')]
  const theirs = ['-I', '/usr/include/x86_64-linux-gnu']

  test('constants have the same values', () => {
    const names = ourConstants()
    const a = values(names, ours(), 'ours')
    const b = values(names, theirs, 'theirs')
    expect(a.size).toBe(names.length)
    expect(b.size).toBeGreaterThan(0.85 * names.length)
    const different = [...b].filter(([name, value]) => a.get(name) !== value && !BY_VERSION.test(name))
    expect(different.map(([name, value]) => `${name}: ours ${a.get(name)}, theirs ${value}`)).toEqual([])
  })

  test('structures have the same layout', () => {
    const a = layouts(ours())
    const b = layouts(theirs)
    const shared = [...a.keys()].filter((name) => b.has(name))
    expect(shared.length).toBeGreaterThan(50)
    // Opaque words had no name before 6.11 or so; the first reserved bit of TCP has one since 6.18 (accurate ECN).
    const renamed = new Set(['struct bpf_timer', 'struct bpf_dynptr', 'struct bpf_spin_lock', 'struct tcphdr', 'union tcp_word_hdr'])
    const different: string[] = []
    for (const name of shared) {
      const [mine, other] = [a.get(name)!, b.get(name)!]
      for (const member of other.keys()) if (!mine.has(member) && !renamed.has(name)) different.push(`${name}: ${member}`)
      const grown = [...mine.keys()].some((m) => !other.has(m))
      if (grown ? Number(mine.get('size')) < Number(other.get('size')) : mine.get('size') !== other.get('size'))
        different.push(`${name}: size`)
    }
    expect(different).toEqual([])
  })
})

test.skipIf(!existsSync(LIBBPF_DEFS))(
  `helper ids are those of libbpf${existsSync(LIBBPF_DEFS) ? '' : ' (skipped: no libbpf headers here)'}`,
  () => {
    const text = readFileSync(LIBBPF_DEFS, 'utf8')
    const found = [...text.matchAll(/\(\*(?: const)? ?(bpf_\w+)\)\(([^;]*)\) = \(void \*\) ?(\d+);/g)]
    expect(found.length).toBeGreaterThan(200)
    for (const [, name, params, id] of found) {
      const row = helpers.find((h) => h.name === name)
      expect(row?.id, name).toBe(Number(id))
      const count = params === 'void' ? 0 : params.split(',').length
      expect(row?.c.params.length, name).toBe(count)
    }
  },
)
