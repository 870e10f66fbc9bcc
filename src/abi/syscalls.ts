// System calls by name and number. The record of the tracepoint syscalls/sys_enter_X is the same for all of them: the number at 8, one 64-bit word
// for each argument from 16 on; sys_exit_X has the result at 16.
import { SYSCALLS } from './syscalls.table.ts'

export type SyscallArgKind = 'word' | 'text' | 'pointer' | 'int' | 'uint' | 'long' | 'mode'

export interface SyscallRow {
  readonly nr: number
  readonly name: string
  /** As in syscalls/sys_enter_NAME; the function that carries it out is __x64_sys_NAME. */
  readonly tracepoint: string
  readonly args: readonly { readonly name: string; readonly kind: SyscallArgKind }[]
}

const KINDS: Readonly<Record<string, SyscallArgKind>> = { s: 'text', p: 'pointer', i: 'int', u: 'uint', l: 'long', o: 'mode' }

export const syscalls: readonly SyscallRow[] = SYSCALLS.trim()
  .split('\n')
  .map((line) => {
    const [nr, names, ...args] = line.split(' ')
    const [name, tracepoint = name] = names.split('=')
    return {
      nr: Number(nr),
      name,
      tracepoint,
      args: args.map((arg) => {
        const [argName, kind] = arg.split(':')
        return { name: argName, kind: KINDS[kind] ?? 'word' }
      }),
    }
  })

const byName = new Map(syscalls.flatMap((row) => [[row.name, row] as const, [row.tracepoint, row] as const]))

/** The row of a name, as user space (openat, stat) or as the tracepoint (newstat) spells it. */
export const syscallByName = (name: string): SyscallRow | undefined => byName.get(name)
