// Helpers on the tunnel that a packet came through or is to leave by: the key (struct bpf_tunnel_key) and options. What a program sets is what a later
// program of the same packet reads, with source and destination the other way round, as Linux keeps them for sending.
// Linux: bpf_skb_set_tunnel_key() and others in net/core/filter.c.
import { EINVAL, ENOENT, ENOMEM, EPROTO } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import type { TunnelInfo } from '../sk-buff.ts'
import { type HelperBody, readable, ret, u32, u64, writable } from './body.ts'

/** sizeof(struct bpf_tunnel_key), and where the versions before it ended. */
const KEY_BYTES = 44
const LOCAL = 28
const LABEL = 24
const EXT = 22
const ONE_ADDRESS = 8
const OLDER = [LOCAL, LABEL, EXT, ONE_ADDRESS]
const REMOTE = 4
const TOS = 20
const TTL = 21

const TUNINFO_IPV6 = 1
const ZERO_CSUM_TX = 1 << 1
const DONT_FRAGMENT = 1 << 2
const SEQ_NUMBER = 1 << 3
const NO_TUNNEL_KEY = 1 << 4
const TUNINFO_FLAGS = 1 << 4

// Flags of the tunnel itself, network order in memory.
const TUNNEL_CSUM = 1
const TUNNEL_KEY = 1 << 2
const TUNNEL_SEQ = 1 << 3
const TUNNEL_DONT_FRAGMENT = 1 << 8
const TUNNEL_NOCACHE = 1 << 13
/** Of Geneve, VXLAN, ERSPAN and GTP at once. */
const TUNNEL_OPTIONS_PRESENT = 0xd800

export const skbSetTunnelKey: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = readable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const flags = u64(m, 4)
  if (flags > (TUNINFO_IPV6 | ZERO_CSUM_TX | DONT_FRAGMENT | SEQ_NUMBER | NO_TUNNEL_KEY)) return ret(m, -EINVAL)
  if (size !== KEY_BYTES && !OLDER.includes(size)) return ret(m, -EINVAL)
  const key = new Uint8Array(KEY_BYTES)
  key.set(k.memory.ram.read(at, size))
  const view = new DataView(key.buffer)
  const isV6 = (flags & TUNINFO_IPV6) !== 0
  if ((!isV6 && view.getUint32(LABEL, true) !== 0) || view.getUint16(EXT, true) !== 0) return ret(m, -EINVAL)
  let tunFlags = TUNNEL_KEY | TUNNEL_CSUM | TUNNEL_NOCACHE
  if (flags & DONT_FRAGMENT) tunFlags |= TUNNEL_DONT_FRAGMENT
  if (flags & ZERO_CSUM_TX) tunFlags &= ~TUNNEL_CSUM
  if (flags & SEQ_NUMBER) tunFlags |= TUNNEL_SEQ
  if (flags & NO_TUNNEL_KEY) tunFlags &= ~TUNNEL_KEY
  const address = (offset: number): Uint8Array => key.slice(offset, offset + (isV6 ? 16 : 4))
  k.skb.tunnel = {
    isV6,
    id: view.getUint32(0, true),
    source: address(LOCAL),
    dest: address(REMOTE),
    tos: key[TOS],
    ttl: key[TTL],
    label: isV6 ? view.getUint32(LABEL, true) & 0xfffff : 0,
    flags: tunFlags,
    options: undefined,
    isSent: true,
  }
  return ret(m, 0)
}

/** (skb, key, size, flags) */
export const skbGetTunnelKey: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const { ram } = k.memory
  const flags = u64(m, 4)
  const info = k.skb.tunnel
  const err = getError(info, size, flags)
  ram.fill(at, size, 0)
  if (err !== 0 || !info) return ret(m, err)
  const key = new Uint8Array(KEY_BYTES)
  const view = new DataView(key.buffer)
  view.setUint32(0, info.id, true)
  key.set(info.source, REMOTE)
  key[TOS] = info.tos
  key[TTL] = info.ttl
  view.setUint16(EXT, flags & TUNINFO_FLAGS ? info.flags : 0)
  view.setUint32(LABEL, info.label, true)
  key.set(info.dest, LOCAL)
  ram.write(at, key.subarray(0, size))
  return ret(m, 0)
}

function getError(info: TunnelInfo | undefined, size: number, flags: number): number {
  if (!info || flags > (TUNINFO_IPV6 | TUNINFO_FLAGS) || flags & ~(TUNINFO_IPV6 | TUNINFO_FLAGS)) return -EINVAL
  if (info.isV6 !== ((flags & TUNINFO_IPV6) !== 0)) return -EPROTO
  if (size === KEY_BYTES) return 0
  return OLDER.includes(size) && (size !== ONE_ADDRESS || !info.isV6) ? 0 : -EINVAL
}

const OPTIONS_MAX = 255

/** (skb, options, size): only behind bpf_skb_set_tunnel_key(). */
export const skbSetTunnelOpt: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = readable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const info = k.skb.tunnel
  if (!info?.isSent || size % 4 !== 0) return ret(m, -EINVAL)
  if (size > OPTIONS_MAX) return ret(m, -ENOMEM)
  k.skb.tunnel = { ...info, flags: info.flags | TUNNEL_OPTIONS_PRESENT, options: k.memory.ram.read(at, size) }
  return ret(m, 0)
}

/** (skb, options, size): how many bytes there are. */
export const skbGetTunnelOpt: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const options = optionsOf(k)
  k.memory.ram.fill(at, size, 0)
  if (!options) return ret(m, -ENOENT)
  if (size < options.length) return ret(m, -ENOMEM)
  k.memory.ram.write(at, options)
  return ret(m, options.length)
}

const optionsOf = (k: Kernel): Uint8Array | undefined => k.skb.tunnel?.options
