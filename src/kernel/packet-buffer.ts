// The packet under way: one buffer in Ram with room before and after the bytes, seen by programs through a region whose window
// moves when the packet grows or shrinks at either end. sk_buff and xdp_buff are two ways to look at it, as in Linux.
//
//   ram +0          +data           +end             +PACKET_BUFFER
//       |-- headroom --|### packet ###|-- tailroom ------|
//
// What an access "at packet +14" means is counted from `data` at that moment.
import { type Memory, type Ram, READ, type Region, WRITE } from '../vm/index.ts'
import { DIRECT_HI } from './address.ts'

/** 16 KiB before the packet's first place and 16 KiB behind, more than any helper lets it grow. */
export const PACKET_BUFFER = 32768
export const PACKET_START = 16384
const PACKET_ALIGN = 4096
/** Bytes of struct bpf_flow_keys. */
const FLOW_KEYS_SIZE = 56

export interface PacketBuffer {
  readonly ram: number
  readonly region: Region
  /** Ram offset of three addresses of 64 bits: of data, end and metadata. */
  readonly cells: number
  /** What a flow dissector fills in: a struct bpf_flow_keys. */
  readonly keys: Region
  readonly memory: Memory
  /** Where copies of packets are put, many in one buffer: they come by the thousand. */
  copies: Uint8Array
  copied: number
  /** Offsets in the buffer. Mutable: helpers move them, then call `showPacket`. */
  data: number
  end: number
  /** Where metadata begins; equal to data where there is none. */
  meta: number
}

export function createPacketBuffer(memory: Memory): PacketBuffer {
  const ram = memory.ram.alloc(PACKET_BUFFER, PACKET_ALIGN)
  const packet: PacketBuffer = {
    ram,
    region: memory.map({
      kind: 'packet',
      baseHi: DIRECT_HI,
      baseLo: ram,
      to: 0,
      rights: READ | WRITE,
      label: (offset) => ({ name: 'packet', offset: offset - packet.data }),
    }),
    cells: memory.ram.alloc(24),
    keys: memory.map({
      kind: 'flow_keys',
      baseHi: DIRECT_HI,
      baseLo: memory.ram.alloc(FLOW_KEYS_SIZE),
      to: 0,
      rights: READ | WRITE,
      label: (offset) => ({ name: 'flow keys', offset }),
    }),
    memory,
    copies: new Uint8Array(0),
    copied: 0,
    data: 0,
    end: 0,
    meta: 0,
  }
  return packet
}

/** Puts a packet in, everything around it zero, and lets nobody see it yet. */
export function fillPacket(memory: Memory, p: PacketBuffer, bytes: Uint8Array, headroom: number): void {
  memory.ram.fill(p.ram + PACKET_START - headroom, headroom + bytes.length + TAILROOM, 0)
  memory.ram.write(p.ram + PACKET_START, bytes)
  p.data = p.meta = PACKET_START
  p.end = PACKET_START + bytes.length
}

/** Cleared behind a packet; growing clears what it uncovers anyway. */
const TAILROOM = 512

const COPIES = 1 << 16

/** A copy of the bytes between two offsets. */
export function copyPacket(p: PacketBuffer, from: number, to: number): Uint8Array {
  const size = to - from
  if (p.copied + size > p.copies.length) {
    p.copies = new Uint8Array(Math.max(COPIES, size))
    p.copied = 0
  }
  const out = p.copies.subarray(p.copied, p.copied + size)
  out.set(p.memory.ram.u8.subarray(p.ram + from, p.ram + to))
  p.copied += size
  return out
}

/** Makes the window and the cells what data, end and metadata say. */
export function showPacket(p: PacketBuffer): void {
  p.region.from = p.meta
  p.region.to = p.end
  const { ram } = p.memory
  putAddress(ram, p.cells, packetLo(p, p.data))
  putAddress(ram, p.cells + 8, packetLo(p, p.end))
  putAddress(ram, p.cells + 16, packetLo(p, p.meta))
}

function putAddress(ram: Ram, at: number, lo: number): void {
  ram.setI32(at, lo)
  ram.setI32(at + 4, DIRECT_HI)
}

/** Lower half of the address of an offset in the buffer. */
export const packetLo = (p: PacketBuffer, offset: number): number => p.ram + offset

const NHOFF = 0
const THOFF = 2
const FLOW_FLAGS = 48
const N_PROTO = 10

/** Flow keys before a dissector runs: the network header's place and the frame's protocol (network order). Linux: bpf_flow_dissect(). */
export function startFlowKeys(p: PacketBuffer, nhoff: number, protocol: number, flags = 0): void {
  const { ram } = p.memory
  ram.fill(p.keys.baseLo, FLOW_KEYS_SIZE, 0)
  ram.view.setUint16(p.keys.baseLo + NHOFF, nhoff, true)
  ram.view.setUint16(p.keys.baseLo + THOFF, nhoff, true)
  ram.view.setUint16(p.keys.baseLo + N_PROTO, protocol, true)
  ram.view.setUint32(p.keys.baseLo + FLOW_FLAGS, flags, true)
  p.keys.to = FLOW_KEYS_SIZE
}

/** A copy of them afterwards, with the headers' places within the packet. */
export function flowKeys(p: PacketBuffer, nhoff: number): Uint8Array {
  const keys = p.memory.ram.read(p.keys.baseLo, FLOW_KEYS_SIZE)
  const view = new DataView(keys.buffer)
  const hlen = p.end - p.data
  const clamped = (at: number, from: number): number => {
    const value = Math.min(Math.max(view.getUint16(at, true), from & 0xffff), hlen & 0xffff)
    view.setUint16(at, value, true)
    return value
  }
  clamped(THOFF, clamped(NHOFF, nhoff))
  return keys
}
