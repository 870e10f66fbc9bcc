// The bytes of the simulated machine: one linear buffer that everything lives in (stacks, packets, map values and the
// kernel's own tables), so that an engine that compiles to WebAssembly works on the same memory and a snapshot is a list
// of pages.
//
//   +0 nothing   +64 dirty marks, a byte a page   +HEAP blocks ...
//
//   snapshot: copies pages written since the last one, shares the rest       restore: copies back pages that differ
//
// Invariant: whoever writes bytes marks their pages dirty (`touch`), or a snapshot misses them. Compiled code marks the page that stores
// begin in, with MAY_RUN_OVER. Offsets are plain numbers; addresses that programs see are the business of memory.ts. Offset 0 is
// never handed out, so 0 can mean "none".

export const PAGE_SHIFT = 12
const PAGE = 1 << PAGE_SHIFT
const INITIAL = 1 << 17
const ZERO_PAGE = new Uint8Array(PAGE)
/** Ram offset of the dirty marks. */
export const DIRTY_AT = 64
/** A mark of compiled code: bytes were stored within a window that begins in this page and may run over into the next one. */
export const MAY_RUN_OVER = 3
export const MARKED_WINDOW = 128
export const LONGEST_STORE = 8
/** Free lists by power of two: blocks of 16 bytes (class 4) to 2^30. */
const CLASSES = 31
const SMALLEST_CLASS = 4

/** A point in time of a Ram; opaque to everybody else. */
export interface RamSnapshot {
  readonly pages: readonly Uint8Array[]
  readonly brk: number
  readonly free: Int32Array
}

/** Where the bytes come from: something that gives larger and larger buffers with the old bytes in them, or undefined at its end. */
export interface RamSource {
  readonly buffer: ArrayBuffer
  readonly grow: (bytes: number) => ArrayBuffer | undefined
}

/** Owned by one kernel. `u8`, `i32` and `view` are replaced when the buffer grows: never keep them over an `alloc`. */
export class Ram {
  u8: Uint8Array
  i32: Int32Array
  view: DataView
  /** One byte a page: written since the last snapshot. */
  dirty: Uint8Array
  readonly limit: number
  private readonly source: RamSource
  /** First page of blocks. */
  private readonly firstPage: number
  private brk: number
  private readonly free = new Int32Array(CLASSES)
  /** Pages as of the last snapshot or restore. */
  private pages: Uint8Array[] = []
  /** Free lists as they were saved last, for snapshots to share. */
  private savedFree: Int32Array | undefined

  /** `limit` bounds the buffer in bytes; `alloc` beyond it answers 0. */
  constructor(limit: number, source: RamSource = plainSource(INITIAL)) {
    this.limit = limit
    this.source = source
    this.firstPage = (DIRTY_AT + (limit >>> PAGE_SHIFT) + PAGE - 1) >>> PAGE_SHIFT
    this.brk = this.firstPage << PAGE_SHIFT
    const { buffer } = source
    this.u8 = new Uint8Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.view = new DataView(buffer)
    this.dirty = new Uint8Array(buffer, DIRTY_AT, limit >>> PAGE_SHIFT)
  }

  /** Bytes in use, for the curious. */
  get used(): number {
    return this.brk
  }

  /** A zeroed block aligned to 8 bytes (16 where it was freed before) or more; its offset, or 0 where memory ends. */
  alloc(size: number, align = 8): number {
    const cls = sizeClass(size)
    const reused = cls < CLASSES && align === 8 ? this.free[cls] : 0
    if (reused !== 0) {
      this.free[cls] = this.i32[reused >> 2]
      this.fill(reused, 1 << cls, 0)
      return reused
    }
    const at = (this.brk + align - 1) & -align
    const end = at + ((size + 7) & ~7)
    if (end > this.u8.length && !this.grow(end)) return 0
    this.brk = end
    return at
  }

  /** A block that `release` may give back: its size is rounded up to a power of two. */
  allocBlock(size: number): number {
    return this.alloc(1 << sizeClass(size))
  }

  /** Gives back a block of `allocBlock`. */
  release(at: number, size: number): void {
    const cls = sizeClass(size)
    this.i32[at >> 2] = this.free[cls]
    this.touch(at, 4)
    this.free[cls] = at
  }

  private grow(end: number): boolean {
    if (end > this.limit) return false
    let size = this.u8.length
    while (size < end) size *= 2
    const buffer = this.source.grow(Math.min(size, this.limit))
    if (!buffer) return false
    this.u8 = new Uint8Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.view = new DataView(buffer)
    this.dirty = new Uint8Array(buffer, DIRTY_AT, this.limit >>> PAGE_SHIFT)
    return true
  }

  /** Marks `size` bytes as written. */
  touch(at: number, size: number): void {
    for (let p = at >>> PAGE_SHIFT, last = (at + size - 1) >>> PAGE_SHIFT; p <= last; p++) this.dirty[p] = 1
  }

  fill(at: number, size: number, byte: number): void {
    if (size <= 0) return
    this.u8.fill(byte, at, at + size)
    this.touch(at, size)
  }

  /** Copies within memory; overlapping is fine. */
  copy(to: number, from: number, size: number): void {
    if (size <= 0) return
    this.u8.copyWithin(to, from, from + size)
    this.touch(to, size)
  }

  write(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.u8.set(bytes, at)
    this.touch(at, bytes.length)
  }

  /** A copy of the bytes. */
  read(at: number, size: number): Uint8Array {
    return this.u8.slice(at, at + size)
  }

  setI32(at: number, value: number): void {
    this.i32[at >> 2] = value
    this.dirty[at >>> PAGE_SHIFT] = 1
  }

  /** Marks the pages that a store of compiled code ran over into. */
  private markRunOvers(count: number): void {
    for (let p = this.firstPage; p < count - 1; p++) {
      if (this.dirty[p] !== MAY_RUN_OVER || this.dirty[p + 1] !== 0) continue
      const old = this.pages[p + 1] ?? ZERO_PAGE
      const at = (p + 1) << PAGE_SHIFT
      for (let i = 0; i < MARKED_WINDOW; i++) if (this.u8[at + i] !== old[i]) this.dirty[p + 1] = 1
    }
  }

  save(): RamSnapshot {
    const count = this.u8.length >>> PAGE_SHIFT
    const pages = this.pages
    this.markRunOvers(count)
    // One buffer for all pages that were written: a collector has little to do with few large ones.
    const copies = new Uint8Array(this.dirtyCount(count) << PAGE_SHIFT)
    let at = 0
    for (let p = 0; p < count; p++) {
      if (this.dirty[p]) {
        const copy = copies.subarray(at, at + PAGE)
        copy.set(this.u8.subarray(p << PAGE_SHIFT, (p + 1) << PAGE_SHIFT))
        pages[p] = copy
        this.dirty[p] = 0
        at += PAGE
      } else if (p >= pages.length) pages[p] = ZERO_PAGE
    }
    if (!this.savedFree || !isSame(this.free, this.savedFree)) this.savedFree = this.free.slice()
    return { pages: pages.slice(), brk: this.brk, free: this.savedFree }
  }

  private dirtyCount(count: number): number {
    let n = 0
    for (let p = 0; p < count; p++) if (this.dirty[p]) n++
    return n
  }

  /** Back to a snapshot of this same Ram; it stays usable. */
  restore(s: RamSnapshot): void {
    const count = this.u8.length >>> PAGE_SHIFT
    this.markRunOvers(count)
    for (let p = this.firstPage; p < count; p++) {
      const page = p < s.pages.length ? s.pages[p] : ZERO_PAGE
      if (this.dirty[p] || (this.pages[p] ?? ZERO_PAGE) !== page) this.u8.set(page, p << PAGE_SHIFT)
      this.dirty[p] = 0
      this.pages[p] = page
    }
    this.brk = s.brk
    this.free.set(s.free)
  }
}

/** A buffer of its own, copied to grow. */
function plainSource(initial: number): RamSource {
  let u8 = new Uint8Array(initial)
  return {
    buffer: u8.buffer,
    grow: (bytes) => {
      const next = new Uint8Array(bytes)
      next.set(u8)
      u8 = next
      return next.buffer
    },
  }
}

/** Whether two arrays of one length are equal. */
export function isSame(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}

const sizeClass = (size: number): number => Math.max(SMALLEST_CLASS, 32 - Math.clz32(Math.max(1, size) - 1))
