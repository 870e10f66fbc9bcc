// Program types as rows, one for each (type, expected attach type) that Linux treats by itself, named so that any can be told to a reader.
// Only some are modelled by the verifier and the machine; the others are here to be recognised and named as unsupported.
// Return ranges were read off Linux 6.18 by probing. Linux: enum bpf_prog_type, check_return_code().
import {
  CGROUP_RETURNS,
  CGROUP_SKB_EGRESS_RETURNS,
  CGROUP_SKB_RETURNS,
  NETFILTER_RETURNS,
  SK_RETURNS,
  SOCKET_FILTER_RETURNS,
  TC_RETURNS,
  XDP_RETURNS,
} from './returns.ts'
import { matchSection, sectionsOf } from './sections.ts'
import type { ProgTypeRow } from './types.ts'

type Range = NonNullable<ProgTypeRow['retRange']>
type Brief = readonly [id: number, name: string, attachType: number, ctxStruct: string, en: string, ko: string]

const ANY = undefined
const BOOLEAN: Range = [0, 1]
const ONE: Range = [1, 1]

function row(brief: Brief, retRange: Range | undefined, returns: ProgTypeRow['returns'] = []): ProgTypeRow {
  const [id, name, attachType, ctxStruct, en, ko] = brief
  const base = { id, name, attachType, sections: sectionsOf(name), ctxStruct, returns, doc: { en, ko } }
  return retRange === undefined ? base : { ...base, retRange }
}

/** Hooks of a cgroup on calls that take a socket address share one context. */
function sockAddr(name: string, attachType: number, en: string, ko: string, retRange: Range): ProgTypeRow {
  return row([18, name, attachType, 'bpf_sock_addr', en, ko], retRange, CGROUP_RETURNS)
}

// biome-ignore format: a table reads best with one row a line or two
export const progTypes: readonly ProgTypeRow[] = [
  row([1, 'socket_filter', 0, '__sk_buff', 'Filters what one socket receives; returns how many bytes to keep, 0 drops the packet.', '소켓 하나가 받는 패킷을 거릅니다. 남길 바이트 수를 반환하며 0이면 패킷을 버립니다.'], ANY, SOCKET_FILTER_RETURNS),
  row([2, 'kprobe', 0, 'pt_regs', 'Runs when a function of the kernel or of a process is entered or left.', '커널이나 프로세스의 함수에 들어가거나 나올 때 실행됩니다.'], ANY),
  row([3, 'sched_cls', 0, '__sk_buff', 'Sees each packet at the traffic control (tc) hook of an interface, coming in or going out.', '인터페이스의 트래픽 제어(tc) 지점에서 들어오거나 나가는 패킷을 하나씩 봅니다.'], ANY, TC_RETURNS),
  row([4, 'sched_act', 0, '__sk_buff', 'An action of traffic control that a classifier calls upon.', '분류기가 부르는 트래픽 제어 동작입니다.'], ANY, TC_RETURNS),
  row([5, 'tracepoint', 0, 'trace_entry', 'Runs at a tracepoint of the kernel.', '커널의 트레이스포인트에서 실행됩니다.'], ANY),
  row([6, 'xdp', 0, 'xdp_md', 'Sees each packet as the driver received it, before the kernel makes an skb of it: the earliest hook.', '커널이 skb를 만들기 전, 드라이버가 받은 그대로의 패킷을 봅니다. 가장 이른 지점입니다.'], ANY, XDP_RETURNS),
  row([6, 'xdp_devmap', 33, 'xdp_md', 'An XDP program of a devmap entry: runs on packets that were redirected to that device.', '데브맵 항목에 붙은 XDP 프로그램으로, 그 장치로 넘겨진 패킷에 실행됩니다.'], ANY, XDP_RETURNS),
  row([6, 'xdp_cpumap', 35, 'xdp_md', 'An XDP program of a cpumap entry: runs on packets that were redirected to that CPU.', 'CPU맵 항목에 붙은 XDP 프로그램으로, 그 CPU로 넘겨진 패킷에 실행됩니다.'], ANY, XDP_RETURNS),
  row([7, 'perf_event', 0, 'bpf_perf_event_data', 'Runs when a performance counter fires.', '성능 카운터가 울릴 때 실행됩니다.'], ANY),
  row([8, 'cgroup_skb', 0, '__sk_buff', 'Lets packets reach the sockets of a cgroup or drops them.', 'cgroup의 소켓으로 들어오는 패킷을 통과시키거나 버립니다.'], BOOLEAN, CGROUP_SKB_RETURNS),
  row([8, 'cgroup_skb_egress', 1, '__sk_buff', 'Lets packets leave the sockets of a cgroup or drops them; 2 and 3 also signal congestion.', 'cgroup의 소켓이 보내는 패킷을 통과시키거나 버립니다. 2와 3은 혼잡도 알립니다.'], [0, 3], CGROUP_SKB_EGRESS_RETURNS),
  row([9, 'cgroup_sock_create', 2, 'bpf_sock', 'Allows or refuses the creation of a socket.', '소켓 생성을 허용하거나 거부합니다.'], BOOLEAN, CGROUP_RETURNS),
  row([9, 'cgroup_post_bind4', 12, 'bpf_sock', 'Runs after a socket was bound to an IPv4 address.', '소켓이 IPv4 주소에 바인드된 뒤 실행됩니다.'], BOOLEAN, CGROUP_RETURNS),
  row([9, 'cgroup_post_bind6', 13, 'bpf_sock', 'Runs after a socket was bound to an IPv6 address.', '소켓이 IPv6 주소에 바인드된 뒤 실행됩니다.'], BOOLEAN, CGROUP_RETURNS),
  row([9, 'cgroup_sock_release', 34, 'bpf_sock', 'Runs when a socket is closed.', '소켓이 닫힐 때 실행됩니다.'], BOOLEAN, CGROUP_RETURNS),
  row([10, 'lwt_in', 0, '__sk_buff', 'Runs on packets that come in over a route with a lightweight tunnel.', '경량 터널 경로로 들어오는 패킷에 실행됩니다.'], ANY),
  row([11, 'lwt_out', 0, '__sk_buff', 'Runs on packets that leave over a route with a lightweight tunnel.', '경량 터널 경로로 나가는 패킷에 실행됩니다.'], ANY),
  row([12, 'lwt_xmit', 0, '__sk_buff', 'Runs on a lightweight tunnel just before sending; may change the packet.', '경량 터널에서 보내기 직전에 실행되며 패킷을 바꿀 수 있습니다.'], ANY),
  row([13, 'sock_ops', 3, 'bpf_sock_ops', 'Runs at events in the life of the TCP sockets of a cgroup.', 'cgroup의 TCP 소켓에 일이 생길 때 실행됩니다.'], BOOLEAN),
  row([14, 'sk_skb', 0, '__sk_buff', 'Runs on data that the sockets of a sockmap receive.', '소켓맵의 소켓이 받는 데이터에 실행됩니다.'], ANY, SK_RETURNS),
  row([14, 'sk_skb_parser', 4, '__sk_buff', 'Says where a message ends in the byte stream of a sockmap socket.', '소켓맵 소켓의 바이트 스트림에서 메시지가 어디서 끝나는지 알려 줍니다.'], ANY),
  row([14, 'sk_skb_verdict', 5, '__sk_buff', 'Passes, drops or redirects what a sockmap socket received.', '소켓맵 소켓이 받은 것을 통과시키거나 버리거나 다른 소켓으로 넘깁니다.'], ANY, SK_RETURNS),
  row([15, 'cgroup_device', 6, 'bpf_cgroup_dev_ctx', 'Allows or refuses access to a device.', '장치 접근을 허용하거나 거부합니다.'], BOOLEAN, CGROUP_RETURNS),
  row([16, 'sk_msg', 7, 'sk_msg_md', 'Passes, drops or redirects what a sockmap socket sends.', '소켓맵 소켓이 보내는 것을 통과시키거나 버리거나 다른 소켓으로 넘깁니다.'], ANY, SK_RETURNS),
  row([17, 'raw_tracepoint', 0, 'bpf_raw_tracepoint_args', "Runs at a tracepoint with the arguments of the kernel's own call.", '트레이스포인트에서 커널 호출의 원래 인자를 받아 실행됩니다.'], ANY),
  sockAddr('bind4', 8, 'Sees bind() to an IPv4 address and may change it.', 'IPv4 주소에 대한 bind()를 보고 주소를 바꿀 수 있습니다.', [0, 3]),
  sockAddr('bind6', 9, 'Sees bind() to an IPv6 address and may change it.', 'IPv6 주소에 대한 bind()를 보고 주소를 바꿀 수 있습니다.', [0, 3]),
  sockAddr('connect4', 10, 'Sees connect() to an IPv4 address and may change it.', 'IPv4 주소에 대한 connect()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('connect6', 11, 'Sees connect() to an IPv6 address and may change it.', 'IPv6 주소에 대한 connect()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('connect_unix', 49, 'Sees connect() to a Unix socket and may change the address.', '유닉스 소켓에 대한 connect()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('sendmsg4', 14, 'Sees sendmsg() of UDP to an IPv4 address and may change it.', 'IPv4 주소로 보내는 UDP sendmsg()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('sendmsg6', 15, 'Sees sendmsg() of UDP to an IPv6 address and may change it.', 'IPv6 주소로 보내는 UDP sendmsg()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('sendmsg_unix', 50, 'Sees sendmsg() to a Unix socket and may change the address.', '유닉스 소켓으로 보내는 sendmsg()를 보고 주소를 바꿀 수 있습니다.', BOOLEAN),
  sockAddr('recvmsg4', 19, 'Sees recvmsg() of UDP over IPv4 and may change the source that is told.', 'IPv4 UDP recvmsg()를 보고 알려 줄 출발지를 바꿀 수 있습니다.', ONE),
  sockAddr('recvmsg6', 20, 'Sees recvmsg() of UDP over IPv6 and may change the source that is told.', 'IPv6 UDP recvmsg()를 보고 알려 줄 출발지를 바꿀 수 있습니다.', ONE),
  sockAddr('recvmsg_unix', 51, 'Sees recvmsg() of a Unix socket and may change the source that is told.', '유닉스 소켓의 recvmsg()를 보고 알려 줄 출발지를 바꿀 수 있습니다.', ONE),
  sockAddr('getpeername4', 29, 'Sees getpeername() of an IPv4 socket and may change the answer.', 'IPv4 소켓의 getpeername()을 보고 답을 바꿀 수 있습니다.', ONE),
  sockAddr('getpeername6', 30, 'Sees getpeername() of an IPv6 socket and may change the answer.', 'IPv6 소켓의 getpeername()을 보고 답을 바꿀 수 있습니다.', ONE),
  sockAddr('getpeername_unix', 52, 'Sees getpeername() of a Unix socket and may change the answer.', '유닉스 소켓의 getpeername()을 보고 답을 바꿀 수 있습니다.', ONE),
  sockAddr('getsockname4', 31, 'Sees getsockname() of an IPv4 socket and may change the answer.', 'IPv4 소켓의 getsockname()을 보고 답을 바꿀 수 있습니다.', ONE),
  sockAddr('getsockname6', 32, 'Sees getsockname() of an IPv6 socket and may change the answer.', 'IPv6 소켓의 getsockname()을 보고 답을 바꿀 수 있습니다.', ONE),
  sockAddr('getsockname_unix', 53, 'Sees getsockname() of a Unix socket and may change the answer.', '유닉스 소켓의 getsockname()을 보고 답을 바꿀 수 있습니다.', ONE),
  row([19, 'lwt_seg6local', 0, '__sk_buff', 'Runs as an action of IPv6 segment routing.', 'IPv6 세그먼트 라우팅의 동작으로 실행됩니다.'], ANY),
  row([20, 'lirc_mode2', 16, '__u32', 'Decodes signals of an infrared receiver.', '적외선 수신기의 신호를 해독합니다.'], ANY),
  row([21, 'sk_reuseport', 39, 'sk_reuseport_md', 'Chooses which of the sockets that share a port gets a packet.', '포트를 함께 쓰는 소켓 중 어느 것이 패킷을 받을지 고릅니다.'], ANY, SK_RETURNS),
  row([22, 'flow_dissector', 17, '__sk_buff', 'Finds addresses and ports of a flow for the kernel.', '커널을 대신해 흐름의 주소와 포트를 알아냅니다.'], ANY),
  row([23, 'cgroup_sysctl', 18, 'bpf_sysctl', 'Sees reads and writes of sysctl values by the processes of a cgroup.', 'cgroup의 프로세스가 sysctl 값을 읽고 쓰는 것을 봅니다.'], BOOLEAN, CGROUP_RETURNS),
  row([24, 'raw_tracepoint_writable', 0, 'bpf_raw_tracepoint_args', 'Like a raw tracepoint, but may write to a buffer that the kernel offers.', '로 트레이스포인트와 같지만 커널이 내준 버퍼에 쓸 수 있습니다.'], ANY),
  row([25, 'cgroup_getsockopt', 21, 'bpf_sockopt', 'Sees getsockopt() and may change the answer.', 'getsockopt()를 보고 답을 바꿀 수 있습니다.'], BOOLEAN, CGROUP_RETURNS),
  row([25, 'cgroup_setsockopt', 22, 'bpf_sockopt', 'Sees setsockopt() and may change or refuse it.', 'setsockopt()를 보고 바꾸거나 거부할 수 있습니다.'], BOOLEAN, CGROUP_RETURNS),
  row([26, 'tp_btf', 23, 'u64', 'Runs at a tracepoint; its arguments have the types that the kernel itself gives them.', '트레이스포인트에서 실행되며, 인자는 커널이 정한 타입을 그대로 가집니다.'], ANY),
  row([26, 'tracing', 24, 'u64', 'Runs at the entry of a kernel function that BTF describes.', 'BTF가 기술하는 커널 함수에 들어갈 때 실행됩니다.'], [0, 0]),
  row([26, 'fexit', 25, 'u64', 'Runs at the exit of a kernel function that BTF describes, and sees what it returns.', 'BTF가 기술하는 커널 함수에서 나올 때 실행되며 반환값을 봅니다.'], [0, 0]),
  row([26, 'fmod_ret', 26, 'u64', 'Runs before a kernel function that lets programs replace what it returns.', '반환값을 바꾸도록 허용된 커널 함수 앞에서 실행됩니다.'], ANY),
  row([26, 'iter', 28, 'u64', 'Walks objects of the kernel, such as tasks or sockets, and writes text about them.', '태스크나 소켓 같은 커널 객체를 훑으며 글로 출력합니다.'], BOOLEAN),
  row([27, 'struct_ops', 0, 'u64', 'Implements a function of a kernel interface, such as a TCP congestion control.', 'TCP 혼잡 제어 같은 커널 인터페이스의 함수를 구현합니다.'], ANY),
  row([28, 'ext', 0, 'u64', 'Replaces a global function of another BPF program.', '다른 BPF 프로그램의 전역 함수를 대신합니다.'], ANY),
  row([29, 'lsm', 27, 'u64', 'Runs at a security hook of the kernel and may refuse what is asked.', '커널의 보안 지점에서 실행되며 요청을 거부할 수 있습니다.'], ANY),
  row([30, 'sk_lookup', 36, 'bpf_sk_lookup', 'Chooses the socket that gets a new connection or packet.', '새 연결이나 패킷을 받을 소켓을 고릅니다.'], BOOLEAN, SK_RETURNS),
  row([31, 'syscall', 0, 'u64', 'Runs when user space asks for it and may make some system calls.', '사용자 공간이 요청할 때 실행되며 일부 시스템 호출을 할 수 있습니다.'], ANY),
  row([32, 'netfilter', 45, 'bpf_nf_ctx', 'Accepts or drops packets at a netfilter hook.', 'netfilter 지점에서 패킷을 받아들이거나 버립니다.'], BOOLEAN, NETFILTER_RETURNS),
]

/**
 * What a kprobe of a session (by attach type) may return. It runs at the entry of a function and at its exit, and says at the entry
 * whether it wants to see the exit. Linux: BPF_TRACE_KPROBE_SESSION, BPF_TRACE_UPROBE_SESSION.
 */
export const SESSION_RANGE: Readonly<Record<number, Range>> = { 56: BOOLEAN, 57: BOOLEAN }

const byName = new Map(progTypes.map((r) => [r.name, r]))

/** By row name: 'xdp', 'sched_cls', 'cgroup_skb', ... */
export function progType(name: string): ProgTypeRow | undefined {
  return byName.get(name)
}

/** The row that fits a kernel program type number and an expected attach type best; undefined for a number that Linux does not know. */
export function progTypeById(id: number, attachType = 0): ProgTypeRow | undefined {
  const found = progTypes.find((r) => r.id === id && r.attachType === attachType) ?? progTypes.find((r) => r.id === id)
  const session = found?.name === 'kprobe' && SESSION_RANGE[attachType]
  return session ? { ...found, retRange: session } : found
}

/** Types that load only with an attach type of their own. Linux: bpf_prog_load_check_attach(). */
const ATTACH_CHECKED: ReadonlySet<number> = new Set([8, 9, 18, 21, 25, 30, 31, 32])
const SK_REUSEPORT = 21
const SK_REUSEPORT_MIGRATE = 40

/** Whether Linux loads a program of the type with the expected attach type; 0 stands for one that is not told. */
export function attachTypeFits(id: number, attachType: number): boolean {
  if (attachType === 0 || !ATTACH_CHECKED.has(id)) return true
  return (id === SK_REUSEPORT && attachType === SK_REUSEPORT_MIGRATE) || progTypes.some((r) => r.id === id && r.attachType === attachType)
}

/** What a SEC() name asks for; `legacy` where only the beginning of the name says so (libbpf before 1.0). */
export function progTypeBySection(
  section: string,
): { readonly row: ProgTypeRow; readonly attachType: number; readonly legacy: boolean } | undefined {
  const match = matchSection(section)
  const found = match && byName.get(match.type)
  return found && { row: found, attachType: match.attachType, legacy: match.legacy }
}
