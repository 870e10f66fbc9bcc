// What a dissected packet is: layers from the outside in, each with its fields as text and the bytes that they stand for.
// Offsets count from the first byte of the packet. Several fields may share a byte (bit-fields); a field never reaches beyond the packet.

export interface Field {
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly value: string
}

export interface Layer {
  /** 'Ethernet', '802.1Q', 'IPv4', 'TCP', 'DNS', ..., 'payload' or 'trailer' for bytes that nobody reads. */
  readonly name: string
  readonly offset: number
  /** Bytes of the layer's own header (of the whole rest for payload and trailer); less than the header where the packet ends inside it. */
  readonly size: number
  readonly fields: readonly Field[]
}

export interface Dissection {
  readonly layers: readonly Layer[]
  /** Short name of the innermost protocol that was understood: 'TCP', 'ARP', 'DNS', ... */
  readonly protocol: string
  /** One line as tcpdump would put it: 'IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [SYN]'. */
  readonly summary: string
}
