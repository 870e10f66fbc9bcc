// The C headers that programs include, by path: linux/bpf.h, bpf/bpf_helpers.h, linux/ip.h and so on. They are our own, made from the rows
// of this folder and from facts of the ABI, and need nothing but each other.
import { BASE_HEADERS } from './base.ts'
import { HELPER_HEADERS } from './bpf-helpers.ts'
import { LIB_HEADERS } from './bpf-lib.ts'
import { BPF_HEADERS } from './linux-bpf.ts'
import { NET_HEADERS } from './net.ts'
import { SYS_HEADERS } from './sys.ts'
import { USDT_HEADERS } from './usdt.ts'

const texts = new Map(
  [...BPF_HEADERS, ...HELPER_HEADERS, ...LIB_HEADERS, ...NET_HEADERS, ...BASE_HEADERS, ...SYS_HEADERS, ...USDT_HEADERS].map((h) => [
    h.path,
    h.text,
  ]),
)

/** Paths of all headers, sorted, as they stand in angle brackets. */
export const headerPaths: readonly string[] = [...texts.keys()].sort()

/** Text of the header at a path ('linux/bpf.h'), or undefined where we have none. */
export function headerText(path: string): string | undefined {
  return texts.get(path)
}
