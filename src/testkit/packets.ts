// A few packets for tests: whole Ethernet frames with right checksums where they matter.
import { fromHex } from '../base/index.ts'

const bytes = (hex: string): Uint8Array => {
  const b = fromHex(hex)
  if (!b) throw new Error('not hex')
  return b
}

/** IPv4 TCP SYN to port 8080. */
export const TCP_SYN = bytes(
  '020000000002020000000001080045000034000140004006b6be0a0000010a000002c3501f900000000000000000800200ff1f4c0000020405b40101080a00000001',
)
/** IPv4 UDP to port 53 with a payload. */
export const UDP_DNS = bytes(
  '02000000000202000000000108004500002b00020000401126be0a0000010a00000230390035001700000a0b0c0d0e0f101112131415161718',
)
/** VLAN 135 with IPv6 UDP. */
export const VLAN_IPV6 = bytes(
  '0200000000020200000000018100008786dd6000000000141140fd000000000000000000000000000001fd0000000000000000000000000000023039003500140000000102030405060708090a0b',
)
/** ARP request. */
export const ARP = bytes('ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000202')

export const PACKETS: readonly Uint8Array[] = [TCP_SYN, UDP_DNS, VLAN_IPV6, ARP]
