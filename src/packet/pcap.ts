// The old capture format: a header of 24 bytes, then packets with a header of 16 bytes each, in the byte order that the magic number tells.
//
//   magic  version  -  -  snaplen  link type | seconds  fraction  captured length  original length  data | ...
//
// Reference: draft-ietf-opsawg-pcap. Written files are little-endian with nanoseconds.
import { ByteReader, ByteWriter } from '../base/index.ts'
import { type CaptureSink, LINKTYPE_ETHERNET, MAX_PACKET_BYTES } from './capture-sink.ts'

const MAGIC_MICROS = 0xa1b2c3d4
const MAGIC_NANOS = 0xa1b23c4d
const FILE_HEADER = 24
const PACKET_HEADER = 16
const NS_PER_SECOND = 1_000_000_000n

/** False where the bytes do not begin as a pcap file does; what follows a good beginning is told to the sink. */
export function readPcap(bytes: Uint8Array, sink: CaptureSink): boolean {
  const probe = new ByteReader(bytes)
  const little = probe.u32()
  probe.offset = 0
  const big = probe.u32(false)
  const littleEndian = little === MAGIC_MICROS || little === MAGIC_NANOS
  if (probe.overrun || (!littleEndian && big !== MAGIC_MICROS && big !== MAGIC_NANOS)) return false
  const unitNs = (littleEndian ? little : big) === MAGIC_NANOS ? 1n : 1000n
  if (bytes.length < FILE_HEADER) {
    sink.fault('capture.truncated', 'error', String(bytes.length))
    return true
  }
  const r = new ByteReader(bytes, 20)
  const linkType = r.u32(littleEndian) & 0xffff
  while (r.left > 0) {
    const at = r.offset
    const seconds = r.u32(littleEndian)
    const fraction = r.u32(littleEndian)
    const captured = r.u32(littleEndian)
    const original = r.u32(littleEndian)
    if (!r.overrun && captured > MAX_PACKET_BYTES) {
      sink.fault('capture.length', 'error', String(at), String(captured))
      return true
    }
    const data = r.slice(captured)
    if (r.overrun) {
      sink.fault('capture.truncated', 'error', String(at))
      return true
    }
    const timeNs = BigInt(seconds) * NS_PER_SECOND + BigInt(fraction) * unitNs
    if (!sink.take(timeNs, data, original, linkType)) return true
  }
  return true
}

/** A packet to be written; `originalLength` where it was longer on the wire. */
export interface PacketToWrite {
  /** Nanoseconds since any moment from 1970 to 2106, not negative. */
  readonly atNs: number | bigint
  readonly data: Uint8Array
  readonly originalLength?: number
}

/** A pcap file of Ethernet packets with nanosecond time stamps. */
export function writePcap(packets: readonly PacketToWrite[]): Uint8Array {
  const w = new ByteWriter(FILE_HEADER + packets.reduce((sum, p) => sum + PACKET_HEADER + p.data.length, 0))
  w.u32(MAGIC_NANOS).u16(2).u16(4).u32(0).u32(0).u32(MAX_PACKET_BYTES).u32(LINKTYPE_ETHERNET)
  for (const { atNs, data, originalLength } of packets) {
    const ns = BigInt(atNs)
    w.u32(Number((ns / NS_PER_SECOND) & 0xffffffffn)).u32(Number(ns % NS_PER_SECOND))
    w.u32(data.length)
      .u32(originalLength ?? data.length)
      .bytes(data)
  }
  return w.done()
}
