// The command filter: a tcpdump expression as classic BPF and as eBPF, and which packets of a capture it takes.
import { readFileSync } from 'node:fs'
import { compileFilter, disassembleProgram, readCapture, renderDiagnostics, verify } from '../engine/index.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './commands.ts'
import { USAGE } from './usage.ts'

export const filterCommand: Command = (words, output) => {
  const args = readArguments(words, [
    { name: '--pcap', takes: 'value' },
    { name: '--json', takes: 'nothing' },
  ])
  if (!args.ok) {
    output.err(`${args.error}\n\n${USAGE}`)
    return 2
  }
  const { source, diagnostics, classic, program, takes } = compileFilter(args.files.join(' '))
  const file = args.options.get('--pcap')?.at(-1)
  const capture = file === undefined ? undefined : readCapture(new Uint8Array(readFileSync(file)))
  const taken = capture?.packets.flatMap((p, i) => (takes(p.data) ? [i + 1] : []))
  const isJson = args.options.has('--json')
  if (isJson) output.out(JSON.stringify({ ok: program !== undefined, classic, insns: (program?.code.length ?? 0) / 8, taken, diagnostics }))
  if (!program) {
    if (!isJson) output.err(renderDiagnostics(diagnostics, () => source))
    return 1
  }
  if (!isJson) {
    output.out(classic)
    output.out('')
    for (const line of disassembleProgram(program)) output.out(line)
    const { verdict, message } = verify(program, { logLevel: 0 })
    output.out(`\n${verdict}${message === '' ? '' : `: ${message}`}`)
    if (taken) output.out(`${taken.length} of ${capture?.packets.length} packets taken: ${taken.join(' ')}`)
  }
  return 0
}
