// The fields of the contexts that programs read as C structs, with words for people. Offsets and sizes are those of the UAPI structs, which
// is what compiled programs hold; Linux rewrites each access to its own structures when it loads the program. Which fields a program type
// may read is asked of ctxAccess(). Linux: struct xdp_md, struct __sk_buff.
import { ctxAccess } from './ctx.ts'
import { progType } from './prog-types.ts'
import type { CtxField } from './types.ts'

interface FieldDef {
  readonly name: string
  readonly offset: number
  readonly type: string
  /** Elements of an array; 0 for a plain field. */
  readonly count: number
  readonly en: string
  readonly ko: string
}

const SIZES: Readonly<Record<string, number>> = { __u8: 1, __u32: 4, __u64: 8 }

function field(name: string, offset: number, type: string, en: string, ko: string, count = 0): FieldDef {
  return { name, offset, type, count, en, ko }
}

// biome-ignore format: a table reads best with one row a line
const XDP_MD: readonly FieldDef[] = [
  field('data', 0, '__u32', 'Where the packet begins. Cast it to a pointer; compare with data_end before each access.', '패킷이 시작하는 곳입니다. 포인터로 바꿔 쓰고, 접근하기 전에 data_end와 견주세요.'),
  field('data_end', 4, '__u32', 'One past the last byte of the packet.', '패킷 마지막 바이트의 바로 다음입니다.'),
  field('data_meta', 8, '__u32', 'Where metadata in front of the packet begins; equal to data until bpf_xdp_adjust_meta() makes room.', '패킷 앞 메타데이터가 시작하는 곳입니다. bpf_xdp_adjust_meta()로 자리를 내기 전에는 data와 같습니다.'),
  field('ingress_ifindex', 12, '__u32', 'Number of the interface that the packet came in on.', '패킷이 들어온 인터페이스의 번호입니다.'),
  field('rx_queue_index', 16, '__u32', 'Number of the receive queue that the packet came in on.', '패킷이 들어온 수신 큐의 번호입니다.'),
  field('egress_ifindex', 20, '__u32', 'Number of the interface that the packet leaves by; only for programs of a devmap.', '패킷이 나갈 인터페이스의 번호입니다. 데브맵 프로그램에서만 읽을 수 있습니다.'),
]

// biome-ignore format: a table reads best with one row a line
const SK_BUFF: readonly FieldDef[] = [
  field('len', 0, '__u32', 'Length of the packet in bytes, parts outside the linear area included.', '선형 영역 밖의 부분까지 포함한 패킷의 길이(바이트)입니다.'),
  field('pkt_type', 4, '__u32', 'Whom the packet is for: PACKET_HOST, PACKET_BROADCAST, PACKET_OTHERHOST, ...', '누구에게 온 패킷인지 나타냅니다: PACKET_HOST, PACKET_BROADCAST, PACKET_OTHERHOST 등.'),
  field('mark', 8, '__u32', 'A number that firewall and routing rules may set and read.', '방화벽과 라우팅 규칙이 쓰고 읽을 수 있는 숫자입니다.'),
  field('queue_mapping', 12, '__u32', 'Queue that the packet came in on or is to leave by.', '패킷이 들어왔거나 나갈 큐입니다.'),
  field('protocol', 16, '__u32', 'EtherType of the payload in network byte order: bpf_htons(ETH_P_IP) for IPv4.', '실린 내용의 EtherType이며 네트워크 바이트 순서입니다. IPv4는 bpf_htons(ETH_P_IP)입니다.'),
  field('vlan_present', 20, '__u32', '1 if the packet carries a VLAN tag that was taken off by the device.', '장치가 떼어 낸 VLAN 태그가 있으면 1입니다.'),
  field('vlan_tci', 24, '__u32', 'That VLAN tag: priority and VLAN number.', '그 VLAN 태그의 우선순위와 VLAN 번호입니다.'),
  field('vlan_proto', 28, '__u32', 'Protocol of that tag in network byte order: 802.1Q or 802.1ad.', '그 태그의 프로토콜(네트워크 바이트 순서): 802.1Q 또는 802.1ad.'),
  field('priority', 32, '__u32', 'Priority by which queues order packets.', '큐가 패킷의 순서를 정하는 우선순위입니다.'),
  field('ingress_ifindex', 36, '__u32', 'Number of the interface that the packet first came in on; 0 if it was made here.', '패킷이 처음 들어온 인터페이스의 번호입니다. 이 호스트가 만들었으면 0입니다.'),
  field('ifindex', 40, '__u32', 'Number of the interface that the packet is at now.', '패킷이 지금 있는 인터페이스의 번호입니다.'),
  field('tc_index', 44, '__u32', 'A number that traffic control hands on between its parts.', '트래픽 제어의 부분들 사이에 넘겨지는 숫자입니다.'),
  field('cb', 48, '__u32', 'Five words that a program may use to hand something on to the next one.', '다음 프로그램에 무언가를 넘길 때 쓸 수 있는 다섯 워드입니다.', 5),
  field('hash', 68, '__u32', 'Hash of the flow; 0 if nobody has computed it.', '흐름의 해시입니다. 아직 계산되지 않았으면 0입니다.'),
  field('tc_classid', 72, '__u32', 'Class that the packet is sorted into by traffic control.', '트래픽 제어가 패킷을 나눠 넣는 클래스입니다.'),
  field('data', 76, '__u32', 'Where the linear part of the packet begins. Cast it to a pointer; compare with data_end before each access.', '패킷의 선형 부분이 시작하는 곳입니다. 포인터로 바꿔 쓰고, 접근하기 전에 data_end와 견주세요.'),
  field('data_end', 80, '__u32', 'One past the last byte of the linear part; bpf_skb_pull_data() makes more of the packet linear.', '선형 부분 마지막 바이트의 바로 다음입니다. bpf_skb_pull_data()로 더 많은 부분을 선형으로 만들 수 있습니다.'),
  field('napi_id', 84, '__u32', 'Number of the receive context (NAPI) that the packet came through.', '패킷이 거쳐 온 수신 컨텍스트(NAPI)의 번호입니다.'),
  field('family', 88, '__u32', 'Address family of the socket: AF_INET or AF_INET6.', '소켓의 주소 체계입니다: AF_INET 또는 AF_INET6.'),
  field('remote_ip4', 92, '__u32', 'IPv4 address of the other side, network byte order.', '상대편의 IPv4 주소(네트워크 바이트 순서)입니다.'),
  field('local_ip4', 96, '__u32', 'IPv4 address of this side, network byte order.', '이쪽의 IPv4 주소(네트워크 바이트 순서)입니다.'),
  field('remote_ip6', 100, '__u32', 'IPv6 address of the other side, network byte order.', '상대편의 IPv6 주소(네트워크 바이트 순서)입니다.', 4),
  field('local_ip6', 116, '__u32', 'IPv6 address of this side, network byte order.', '이쪽의 IPv6 주소(네트워크 바이트 순서)입니다.', 4),
  field('remote_port', 132, '__u32', 'Port of the other side, network byte order.', '상대편의 포트(네트워크 바이트 순서)입니다.'),
  field('local_port', 136, '__u32', 'Port of this side, host byte order.', '이쪽의 포트(호스트 바이트 순서)입니다.'),
  field('data_meta', 140, '__u32', 'Where metadata begins that an XDP program put in front of the packet.', 'XDP 프로그램이 패킷 앞에 넣은 메타데이터가 시작하는 곳입니다.'),
  field('flow_keys', 144, 'struct bpf_flow_keys *', 'What a flow dissector program fills in.', '흐름 분석 프로그램이 채우는 값입니다.'),
  field('tstamp', 152, '__u64', 'Time stamp of the packet in nanoseconds; on egress the time at which it may leave.', '패킷의 시각(나노초)입니다. 나갈 때는 보내도 되는 시각입니다.'),
  field('wire_len', 160, '__u32', 'Length on the wire, headers of all segments included.', '모든 세그먼트의 헤더를 포함한, 선로 위의 길이입니다.'),
  field('gso_segs', 164, '__u32', 'How many packets this one will be cut into (GSO).', '이 패킷이 몇 개로 나뉘어 나갈지(GSO) 나타냅니다.'),
  field('sk', 168, 'struct bpf_sock *', 'The socket that the packet belongs to, or NULL: check it before use.', '패킷이 속한 소켓이거나 NULL입니다. 쓰기 전에 확인하세요.'),
  field('gso_size', 176, '__u32', 'Payload bytes of each of these packets.', '나뉜 패킷 하나에 실리는 바이트 수입니다.'),
  field('tstamp_type', 180, '__u8', 'Which clock tstamp was read from.', 'tstamp가 어느 시계의 값인지 나타냅니다.'),
  field('hwtstamp', 184, '__u64', 'Time stamp that the hardware took.', '하드웨어가 찍은 시각입니다.'),
]

const STRUCTS: Readonly<Record<string, readonly FieldDef[]>> = { xdp_md: XDP_MD, __sk_buff: SK_BUFF }

/** A member of a context's C struct. */
export interface StructField {
  readonly name: string
  readonly offset: number
  readonly size: number
  /** C type of the member or of an array's element. */
  readonly type: string
  /** Elements of an array; 0 for a plain member. */
  readonly count: number
}

/** The structs themselves, for the C headers. */
export const contextStructs: readonly (readonly [name: string, fields: readonly StructField[]])[] = Object.entries(STRUCTS).map(
  ([name, defs]) => [
    name,
    defs.map(({ name, offset, type, count }) => ({ name, offset, type, count, size: elementSize(type) * (count || 1) })),
  ],
)

/** Fields of the type's context that its programs may read, by offset; empty for a context without words here. An array's `type` has its length. */
export function ctxFields(progTypeName: string): readonly CtxField[] {
  const defs = STRUCTS[progType(progTypeName)?.ctxStruct ?? ''] ?? []
  return defs.flatMap((def) => {
    const size = elementSize(def.type)
    const access = ctxAccess(progTypeName, def.offset, size)
    if (access === undefined) return []
    const { name, offset, type, count, en, ko } = def
    return [{ name, offset, size: size * (count || 1), type: count === 0 ? type : `${type}[${count}]`, kind: access.kind, doc: { en, ko } }]
  })
}

function elementSize(type: string): number {
  return SIZES[type] ?? 8
}
