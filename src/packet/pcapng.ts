// The new capture format: blocks of `type, total length, body, total length`, grouped in sections that each have a byte order and interfaces
// of their own. Packets are in Enhanced (6), Simple (3) and the obsolete Packet blocks (2); other blocks are passed over.
// A wrong length ends reading, as there is no telling where the next block begins. Reference: draft-ietf-opsawg-pcapng.
import { ByteReader } from '../base/index.ts'
import { type CaptureSink, MAX_PACKET_BYTES } from './capture-sink.ts'

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const OLD_PACKET = 2
const SIMPLE_PACKET = 3
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const OPTION_TSRESOL = 9
const OPTION_TSOFFSET = 14
const MAX_INTERFACES = 4096
const NS_PER_SECOND = 1_000_000_000n

interface Interface {
  readonly linkType: number
  /** 0 = no limit. */
  readonly snapLength: number
  /** Units of time stamps in one second. */
  readonly unitsPerSecond: bigint
  readonly offsetSeconds: bigint
}

/** What holds within one section. */
interface Section {
  readonly littleEndian: boolean
  readonly interfaces: Interface[]
}

/** False where the bytes do not begin as a pcapng file does; what follows a good beginning is told to the sink. */
export function readPcapng(bytes: Uint8Array, sink: CaptureSink): boolean {
  const r = new ByteReader(bytes)
  if (r.u32() !== SECTION || bytes.length < 12) return false
  let section: Section | undefined
  let at = 0
  while (at < bytes.length) {
    r.offset = at
    r.overrun = false
    const isSection = r.u32() === SECTION
    if (isSection) {
      section = readSection(bytes, at)
      if (section === undefined) {
        sink.fault('capture.byteOrder', 'error', String(at))
        return true
      }
    }
    if (section === undefined) return false
    const { littleEndian } = section
    r.offset = at
    const type = r.u32(littleEndian)
    const length = r.u32(littleEndian)
    if (r.overrun || at + length > bytes.length) {
      sink.fault('capture.truncated', 'error', String(at))
      return true
    }
    const least = isSection ? 28 : 12
    r.offset = at + length - 4
    if (length < least || length % 4 !== 0 || r.u32(littleEndian) !== length) {
      sink.fault('capture.length', 'error', String(at), String(length))
      return true
    }
    if (!isSection && !readBlock(section, type, bytes.subarray(at + 8, at + length - 4), at, sink)) return true
    at += length
  }
  return true
}

function readSection(bytes: Uint8Array, at: number): Section | undefined {
  for (const littleEndian of [true, false]) {
    if (new ByteReader(bytes, at + 8).u32(littleEndian) === BYTE_ORDER_MAGIC) return { littleEndian, interfaces: [] }
  }
  return undefined
}

/** Reads the body of one block; false once there is no room for more packets. */
function readBlock(section: Section, type: number, body: Uint8Array, at: number, sink: CaptureSink): boolean {
  switch (type) {
    case INTERFACE:
      if (section.interfaces.length < MAX_INTERFACES) section.interfaces.push(readInterface(section, body, at, sink))
      return true
    case ENHANCED_PACKET:
    case OLD_PACKET:
      return readPacket(section, type, body, at, sink)
    case SIMPLE_PACKET:
      return readSimplePacket(section, body, at, sink)
    default:
      return true
  }
}

function readInterface(section: Section, body: Uint8Array, at: number, sink: CaptureSink): Interface {
  const { littleEndian } = section
  const r = new ByteReader(body)
  const linkType = r.u16(littleEndian)
  r.offset += 2
  const snapLength = r.u32(littleEndian)
  if (r.overrun) sink.fault('capture.block', 'error', String(at))
  let unitsPerSecond = 1_000_000n
  let offsetSeconds = 0n
  while (r.left >= 4) {
    const code = r.u16(littleEndian)
    const size = r.u16(littleEndian)
    const value = r.slice(size)
    if (code === 0 || r.overrun) break
    if (code === OPTION_TSRESOL && size === 1) unitsPerSecond = resolution(value[0])
    if (code === OPTION_TSOFFSET && size === 8) offsetSeconds = BigInt.asIntN(64, new ByteReader(value).u64(littleEndian))
    r.offset += (4 - (size % 4)) % 4
  }
  return { linkType, snapLength, unitsPerSecond, offsetSeconds }
}

/** Units in a second: a negative power of 10, or of 2 where the top bit is set. */
function resolution(value: number): bigint {
  const exponent = BigInt(value & 0x7f)
  return (value & 0x80) !== 0 ? 2n ** exponent : 10n ** exponent
}

function readPacket(section: Section, type: number, body: Uint8Array, at: number, sink: CaptureSink): boolean {
  const { littleEndian } = section
  const r = new ByteReader(body)
  // The obsolete block has a 16-bit interface number and a count of drops where the enhanced one has 32 bits of interface number.
  const id = type === ENHANCED_PACKET ? r.u32(littleEndian) : r.u16(littleEndian)
  if (type === OLD_PACKET) r.offset += 2
  const time = (BigInt(r.u32(littleEndian)) << 32n) | BigInt(r.u32(littleEndian))
  const captured = r.u32(littleEndian)
  const original = r.u32(littleEndian)
  const from = section.interfaces[id]
  if (r.overrun || captured > r.left || captured > MAX_PACKET_BYTES) {
    sink.fault('capture.length', 'error', String(at), String(captured))
    return true
  }
  if (from === undefined) {
    sink.fault('capture.interface', 'error', String(at), String(id))
    return true
  }
  const timeNs = (time * NS_PER_SECOND) / from.unitsPerSecond + from.offsetSeconds * NS_PER_SECOND
  return sink.take(timeNs, r.slice(captured), original, from.linkType)
}

/** A packet of the first interface without a time; its captured length follows from the snap length. */
function readSimplePacket(section: Section, body: Uint8Array, at: number, sink: CaptureSink): boolean {
  const r = new ByteReader(body)
  const original = r.u32(section.littleEndian)
  const from = section.interfaces[0]
  if (from === undefined) {
    sink.fault('capture.interface', 'error', String(at), '0')
    return true
  }
  const captured = Math.min(original, from.snapLength === 0 ? original : from.snapLength)
  if (r.overrun || captured > r.left || captured > MAX_PACKET_BYTES) {
    sink.fault('capture.length', 'error', String(at), String(captured))
    return true
  }
  return sink.take(0n, r.slice(captured), original, from.linkType)
}
