// bpf_trace_printk(), bpf_trace_vprintk() and bpf_snprintf(). What is printed becomes lines of the kernel's trace.
// Linux: kernel/trace/bpf_trace.c, kernel/bpf/helpers.c.
import { type Machine, READ } from '../../vm/index.ts'
import { EINVAL } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { jhash } from '../maps/jhash.ts'
import { type HelperBody, isNull, readable, ret, u32, writable } from './body.ts'
import { type Arg, type FormatHost, format } from './format.ts'

/** Linux: MAX_BPRINTF_BUF, of which the last byte is 0. */
const MAX_LINE = 1023
const MAX_VARARGS = 12

function host(k: Kernel): FormatHost {
  return {
    read: (lo, hi, size) => {
      const r = k.memory.find(hi, lo, size, READ)
      return r && !r.port ? k.memory.ram.u8.subarray(lo, lo + size) : undefined
    },
    hash: (lo, hi) => jhash(new DataView(Int32Array.of(lo, hi).buffer), 0, 8, HASH_SEED),
  }
}

/** What Linux draws at boot. */
const HASH_SEED = 0x6b65726e

/** The text up to its terminating 0 within `size` bytes; undefined = not terminated. */
function textAt(k: Kernel, at: number, size: number): string | undefined {
  const { u8 } = k.memory.ram
  const end = u8.indexOf(0, at)
  return end < 0 || end >= at + size ? undefined : binary(u8.subarray(at, end))
}

function binary(bytes: Uint8Array): string {
  let s = ''
  for (const b of bytes) s += String.fromCharCode(b)
  return s
}

const toBytes = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0))

function readArgs(k: Kernel, at: number, count: number): Arg[] {
  const { i32, view } = k.memory.ram
  return Array.from(
    { length: count },
    (_, i): Arg =>
      at % 4 === 0
        ? [i32[(at >> 2) + 2 * i], i32[(at >> 2) + 2 * i + 1]]
        : [view.getInt32(at + 8 * i, true), view.getInt32(at + 8 * i + 4, true)],
  )
}

/** Appends the line; the trace ends each with a new line of its own. */
function print(k: Kernel, m: Machine, text: string): undefined {
  // The line is a C string: a %c of 0 ends it.
  const line = text.slice(0, MAX_LINE).split('\0', 1)[0]
  const shown = new TextDecoder('utf-8').decode(toBytes(line))
  append(k.printk, shown.endsWith('\n') ? shown.slice(0, -1) : shown)
  return ret(m, text.length)
}

export const tracePrintk: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const at = readable(k, m, 1, size)
  if (at < 0) return 'stopped'
  const fmt = textAt(k, at, size)
  if (fmt === undefined) return ret(m, -EINVAL)
  const args = [3, 4, 5].map((r): Arg => [m.lo[r], m.hi[r]])
  const text = format(fmt, args, host(k))
  return text === undefined ? ret(m, -EINVAL) : print(k, m, text)
}

/** Registers that a helper's format, its size, its arguments and their size come in. */
interface FormatRegs {
  readonly fmt: number
  readonly size: number
  readonly data: number
  readonly dataSize: number
}

/** The text of a format of known size with its arguments in memory; undefined = refused with EINVAL. */
export function formatArgs(k: Kernel, m: Machine, r: FormatRegs): string | undefined | 'stopped' {
  const size = u32(m, r.size)
  const at = readable(k, m, r.fmt, size)
  if (at < 0) return 'stopped'
  const dataSize = u32(m, r.dataSize)
  const data = readable(k, m, r.data, isNull(m, r.data) ? 0 : dataSize)
  if (data < 0) return 'stopped'
  if (dataSize % 8 !== 0 || dataSize > MAX_VARARGS * 8 || (dataSize > 0 && isNull(m, r.data))) return undefined
  const fmt = textAt(k, at, size)
  return fmt === undefined ? undefined : format(fmt, readArgs(k, data, dataSize / 8), host(k))
}

export const traceVprintk: HelperBody = (k, m) => {
  const text = formatArgs(k, m, { fmt: 1, size: 2, data: 3, dataSize: 4 })
  if (text === 'stopped') return 'stopped'
  return text === undefined ? ret(m, -EINVAL) : print(k, m, text)
}

export const snprintf: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const to = writable(k, m, 1, size)
  if (to < 0) return 'stopped'
  const at = readable(k, m, 3, 1)
  if (at < 0) return 'stopped'
  const dataSize = u32(m, 5)
  const data = readable(k, m, 4, isNull(m, 4) ? 0 : dataSize)
  if (data < 0) return 'stopped'
  if (dataSize % 8 !== 0 || dataSize > MAX_VARARGS * 8 || (dataSize > 0 && isNull(m, 4))) return ret(m, -EINVAL)
  const fmt = textAt(k, at, k.memory.ram.u8.length - at)
  const text = fmt === undefined ? undefined : format(fmt, readArgs(k, data, dataSize / 8), host(k))
  if (text === undefined) return ret(m, -EINVAL)
  if (size > 0) {
    const bytes = toBytes(text.slice(0, size - 1))
    k.memory.ram.write(to, bytes)
    k.memory.ram.fill(to + bytes.length, 1, 0)
  }
  return ret(m, text.length + 1)
}
