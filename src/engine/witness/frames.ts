// Frames that a search for a witness begins with: one of each protocol that programs ask for, as short as it may be, and two of plain bytes.
import { fromHex } from '../../base/index.ts'

const ETHERNET = '020000000002020000000001'
const IPV4 = (protocol: string, length: string): string => `0800450000${length}0001000040${protocol}00000a0000010a000002`
const TCP = '9c40005000000001000000005002ffff00000000'
const UDP = '9c400035000c0000000000000000'

const HEX: readonly string[] = [
  `${ETHERNET}${IPV4('06', '28')}${TCP}`,
  `${ETHERNET}${IPV4('11', '22')}${UDP}`,
  `${ETHERNET}${IPV4('01', '1c')}0800f7ff00000000`,
  `${ETHERNET}86dd6000000000141140${'00'.repeat(15)}01${'00'.repeat(15)}02${TCP}`,
  `${ETHERNET}08060001080006040001${'00'.repeat(20)}`,
  '00'.repeat(64),
  'ff'.repeat(64),
]

export const frames = (): readonly Uint8Array[] => HEX.flatMap((hex) => fromHex(hex) ?? [])
