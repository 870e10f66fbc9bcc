// The memory of a process as user space and bpf_probe_read_user() see it: areas (what /proc/PID/maps lists) and pages that were written. A page of
// an area that nobody wrote reads as zeros, an image's first one as an ELF header; what lies in no area cannot be read.
// Invariant: a page that a snapshot or a forked process may share is never written, it is copied first; `own` tells which pages are not shared.
import { PAGE_BYTES } from './numbers.ts'

export interface Area {
  readonly start: number
  readonly end: number
  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4 */
  readonly prot: number
  /** File that is mapped; "[stack]", "[heap]" or empty. */
  readonly path: string
  /** Offset in the file. */
  readonly offset: number
}

/** Mutable; owned by the processes' state. Addresses of user space lie below 2^47 and are exact as numbers. */
export interface UserSpace {
  pages: Map<number, Uint8Array>
  own: Set<number>
  areas: Area[]
  exe: string
  argStart: number
  argEnd: number
  envStart: number
  envEnd: number
  stackTop: number
  brk: number
  /** Where arguments of system calls are put next. */
  scratch: number
  /** Where the next mapping without an address goes, downwards. */
  mmapBase: number
}

export const EXE_BASE = 0x555555554000
export const STACK_TOP = 0x7ffffffff000
const STACK_BYTES = 0x21000
const HEAP_BASE = 0x555555600000
const HEAP_BYTES = 0x100000
const MMAP_BASE = 0x7ffff7fc0000
const IMAGE_BYTES = 0x80000
const ELF_MAGIC = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1)

export const emptySpace = (): UserSpace => ({
  pages: new Map(),
  own: new Set(),
  areas: [],
  exe: '',
  argStart: 0,
  argEnd: 0,
  envStart: 0,
  envEnd: 0,
  stackTop: STACK_TOP,
  brk: HEAP_BASE + HEAP_BYTES,
  scratch: HEAP_BASE,
  mmapBase: MMAP_BASE,
})

/** The space of a program that execve has just loaded: image, heap, and a stack with its arguments on top. */
export function spaceOf(exe: string, argv: readonly string[], env: readonly string[]): UserSpace {
  const s = emptySpace()
  s.exe = exe
  s.areas.push(
    { start: EXE_BASE, end: EXE_BASE + IMAGE_BYTES, prot: 5, path: exe, offset: 0 },
    { start: HEAP_BASE, end: HEAP_BASE + HEAP_BYTES, prot: 3, path: '[heap]', offset: 0 },
    { start: STACK_TOP - STACK_BYTES, end: STACK_TOP, prot: 3, path: '[stack]', offset: 0 },
  )
  write(s, EXE_BASE, ELF_MAGIC)
  const envText = env.map((t) => `${t}\0`).join('')
  const argText = argv.map((t) => `${t}\0`).join('')
  const room = STACK_BYTES >> 1
  const envBytes = textBytes(envText).subarray(0, room)
  const argBytes = textBytes(argText).subarray(0, room)
  s.envEnd = STACK_TOP - 16
  s.envStart = s.argEnd = s.envEnd - envBytes.length
  s.argStart = s.argEnd - argBytes.length
  write(s, s.envStart, envBytes)
  write(s, s.argStart, argBytes)
  s.stackTop = s.argStart - 256 - (s.argStart % 16)
  return s
}

/** What a fork leaves the child with; both copy a page before they write it. */
export function forkSpace(s: UserSpace): UserSpace {
  s.own = new Set()
  return { ...s, pages: new Map(s.pages), own: new Set(), areas: s.areas.slice() }
}

/** The same for a snapshot. */
export const shareSpace = forkSpace

export const areaAt = (s: UserSpace, address: number): Area | undefined => s.areas.find((a) => address >= a.start && address < a.end)

/** Maps a file or anonymous memory; where no address is wanted, below what was mapped last. Its address. */
export function mapArea(s: UserSpace, sizeBytes: number, prot: number, path: string, offset = 0, wanted = 0): number {
  const size = Math.max(PAGE_BYTES, Math.ceil(sizeBytes / PAGE_BYTES) * PAGE_BYTES)
  const start = wanted !== 0 ? wanted - (wanted % PAGE_BYTES) : (s.mmapBase -= size + PAGE_BYTES)
  s.areas.push({ start, end: start + size, prot, path, offset })
  return start
}

export const mapImage = (s: UserSpace, path: string): number =>
  s.areas.find((a) => a.path === path && a.offset === 0)?.start ?? mapArea(s, IMAGE_BYTES, 5, path)

/** As many of the bytes as are mapped from the first on. */
export function read(s: UserSpace, address: number, size: number): Uint8Array {
  const out = new Uint8Array(size)
  let done = 0
  while (done < size) {
    const at = address + done
    const page = Math.floor(at / PAGE_BYTES)
    const within = at % PAGE_BYTES
    const part = Math.min(size - done, PAGE_BYTES - within)
    const bytes = s.pages.get(page)
    if (bytes) out.set(bytes.subarray(within, within + part), done)
    else if (!areaAt(s, at)) break
    done += part
  }
  return done === size ? out : out.slice(0, done)
}

/** False where some of it is not mapped; nothing is written then. */
export function write(s: UserSpace, address: number, bytes: Uint8Array): boolean {
  for (let at = address - (address % PAGE_BYTES); at < address + bytes.length; at += PAGE_BYTES) if (!areaAt(s, at)) return false
  let done = 0
  while (done < bytes.length) {
    const at = address + done
    const page = Math.floor(at / PAGE_BYTES)
    const within = at % PAGE_BYTES
    const part = Math.min(bytes.length - done, PAGE_BYTES - within)
    ownPage(s, page).set(bytes.subarray(done, done + part), within)
    done += part
  }
  return true
}

function ownPage(s: UserSpace, page: number): Uint8Array {
  const old = s.pages.get(page)
  if (old && s.own.has(page)) return old
  const fresh = old ? old.slice() : new Uint8Array(PAGE_BYTES)
  s.pages.set(page, fresh)
  s.own.add(page)
  return fresh
}

const MAX_TEXT = 4096

/** A text up to its NUL; undefined where it does not lie in memory. */
export function readText(s: UserSpace, address: number, limit = MAX_TEXT): string | undefined {
  const bytes = read(s, address, limit)
  const end = bytes.indexOf(0)
  if (end < 0 && bytes.length < limit) return undefined
  return textOf(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Puts bytes among the arguments of system calls, aligned; the place is used again once the room is full. */
export function stash(s: UserSpace, bytes: Uint8Array): number {
  const size = (bytes.length + 15) & ~15
  if (s.scratch + size > HEAP_BASE + HEAP_BYTES) s.scratch = HEAP_BASE
  const at = s.scratch
  s.scratch += Math.max(16, size)
  write(s, at, bytes)
  return at
}

/** UTF-8, but that characters below U+0100 stand for single bytes ("\\x16" in acts). */
export const textBytes = (text: string): Uint8Array => {
  const out: number[] = []
  for (const c of text) {
    const code = c.codePointAt(0)!
    if (code < 0x100) out.push(code)
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return Uint8Array.from(out)
}

/** A character for each byte. */
export function textOf(bytes: Uint8Array): string {
  let text = ''
  for (const b of bytes) text += String.fromCharCode(b)
  return text
}
