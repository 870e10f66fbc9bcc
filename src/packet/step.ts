// What a dissector of one layer gets and gives. A dissector reads its header, pushes its layer, adds its words to the summary and says what
// comes next; the loop in dissect.ts does the rest. Layers never look at each other but through what `Step` hands on.
import type { Layer } from './types.ts'

/** What stands where: the protocol to read next, from `offset` up to `end`. */
export type Next =
  | { readonly kind: 'ethernet'; readonly offset: number; readonly end: number }
  | { readonly kind: 'etherType'; readonly type: number; readonly offset: number; readonly end: number }
  | { readonly kind: 'ip'; readonly protocol: number; readonly offset: number; readonly end: number; readonly network: Network }
  | { readonly kind: 'dns'; readonly offset: number; readonly end: number }
  | { readonly kind: 'http'; readonly offset: number; readonly end: number }
  | { readonly kind: 'vxlan'; readonly offset: number; readonly end: number }
  | { readonly kind: 'geneve'; readonly offset: number; readonly end: number }
  | { readonly kind: 'dhcp'; readonly offset: number; readonly end: number }
  | { readonly kind: 'tls'; readonly offset: number; readonly end: number }
  | { readonly kind: 'payload'; readonly offset: number; readonly end: number }

/** What the layers above IP need of it. */
export interface Network {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** Part of a fragmented packet: the upper layer is not all here. */
  readonly fragment: boolean
  /** The bytes up to `end` are all that the header promised, so a checksum can be told right from wrong. */
  readonly complete: boolean
}

/** Mutable while one packet is dissected; owned by dissect(). */
export interface Progress {
  readonly bytes: Uint8Array
  readonly layers: Layer[]
  /** Words of the summary, joined by spaces at the end. */
  readonly words: string[]
  protocol: string
  truncated: boolean
}
