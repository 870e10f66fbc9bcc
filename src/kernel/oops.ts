// What a real kernel would have said had it run the program without asking the verifier: the first lines of its report, and what KASAN adds, which
// knows what lies around an address. For the page's "run it although it was rejected"; nothing is harmed here, where each access is checked.
// In: a fault of the machine. Out: text as dmesg has it.
// Linux: arch/x86/mm/fault.c (show_fault_oops()), arch/x86/kernel/traps.c, mm/kasan/report.c.
import type { Fault } from '../vm/index.ts'

export interface KernelReport {
  /** What every kernel says; empty where it would have noticed nothing. */
  readonly oops: string
  /** What a kernel built with KASAN says besides; empty where it would not either. */
  readonly kasan: string
}

const PAGE_SIZE = 4096n
const TASK_SIZE = 0x7fff_ffff_f000n
const KERNEL_BASE = 0xffff_8000_0000_0000n
/** Bits of a page fault's error code. */
const WRITE = 2

/** What KASAN calls the memory of a region. */
const BUGS: Readonly<Record<string, string>> = {
  stack: 'stack-out-of-bounds',
  packet: 'slab-out-of-bounds',
  'map value': 'slab-out-of-bounds',
  'map key': 'slab-out-of-bounds',
  object: 'slab-out-of-bounds',
  ctx: 'slab-out-of-bounds',
  sock: 'slab-out-of-bounds',
  ringbuf: 'vmalloc-out-of-bounds',
}

/** Bytes of struct xdp_buff, and of struct sk_buff at least, which are what a context really is. */
const XDP_BUFF = 56

const hex = (n: bigint, digits = 16): string => n.toString(16).padStart(digits, '0')

export function kernelReport(fault: Fault, program: string): KernelReport {
  const { address, access, size, kind } = fault
  if (kind === 'deadlock') return { oops: 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s!', kasan: '' }
  if (kind === 'stack-overflow') return { oops: 'BUG: stack guard page was hit', kasan: '' }
  if (access === 'none') return { oops: '', kasan: '' }
  // The verifier would have turned the access to the view into one to the structure behind it; as it is, another field of that is read or written.
  if (kind === 'bad-context-access' && fault.offset >= 0 && fault.offset + size <= XDP_BUFF) return { oops: '', kasan: '' }
  const code = access === 'write' ? WRITE : 0
  const how = `#PF: supervisor ${access} access in kernel mode\n#PF: error_code(0x${hex(BigInt(code), 4)}) - not-present page`
  const where = `bpf_prog_${program}+0x${(8 * fault.insn).toString(16)}`
  const verb = access === 'write' ? 'Write' : 'Read'
  if (address < PAGE_SIZE)
    return { oops: `BUG: kernel NULL pointer dereference, address: ${hex(address)}\n${how}`, kasan: kasanNull(address, where, verb, size) }
  if (address >= TASK_SIZE && address < KERNEL_BASE)
    return { oops: `Oops: general protection fault, probably for non-canonical address 0x${hex(address)}: 0000 [#1] SMP NOPTI`, kasan: '' }
  const page = `BUG: unable to handle page fault for address: ${hex(address)}\n${how}`
  if (address < TASK_SIZE)
    return { oops: page, kasan: `BUG: KASAN: user-memory-access in ${where}\n${verb} of size ${size} at addr ${hex(address)}` }
  // Near something of the kernel's: the memory beside it is there, so that an ordinary kernel goes on with the wrong bytes.
  if (fault.region !== '')
    return {
      oops: '',
      kasan: `BUG: KASAN: ${BUGS[fault.region] ?? 'out-of-bounds'} in ${where}\n${verb} of size ${size} at addr ${hex(address)}`,
    }
  return { oops: page, kasan: '' }
}

const kasanNull = (address: bigint, where: string, verb: string, size: number): string =>
  `BUG: KASAN: null-ptr-deref in ${where}\n${verb} of size ${size} at addr ${hex(address)}`
