// Address and port of a socket's end, and both as text: "10.0.0.9:80", "[fd00::9]:80".
import { type Ip, ipKey, parseIp } from './address.ts'

export interface Endpoint {
  readonly ip: Ip
  readonly port: number
}

export const keyOfEndpoint = ({ ip, port }: Endpoint): string => `${ipKey(ip)}:${port}`

const MAX_PORT = 65535

/** Splits "host:port", "[address]:port", and a host or an address alone (port -1); undefined = it is none of these. */
export function splitHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const m = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)|([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*))(?::(\d{1,5}))?$/.exec(text)
  if (!m) return undefined
  const port = m[4] === undefined ? -1 : Number(m[4])
  return port > MAX_PORT ? undefined : { host: m[1] ?? m[2] ?? m[3], port }
}

/** An address with a port, which is 0 where it is left out. */
export function readEndpoint(text: string): Endpoint | undefined {
  const parts = splitHostPort(text)
  const ip = parts && parseIp(parts.host)
  return ip === undefined ? undefined : { ip, port: Math.max(0, parts?.port ?? 0) }
}
