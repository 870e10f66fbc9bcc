// Map types as rows. Names are BPF_MAP_TYPE_* in lower case without the prefix, ids those of the kernel; words for people in both languages.
// Linux: enum bpf_map_type.
import type { MapTypeRow } from './types.ts'

type Brief = readonly [id: number, name: string, en: string, ko: string]

// biome-ignore format: a table reads best with one row a line
const BRIEFS: readonly Brief[] = [
  [1, 'hash', 'Keys to values, in no order. A lookup of a missing key gives NULL.', '키와 값의 짝을 순서 없이 담습니다. 없는 키를 찾으면 NULL입니다.'],
  [2, 'array', 'Values by index, all there from the start and zero. Nothing can be deleted.', '인덱스로 찾는 값들로, 처음부터 모두 0으로 있습니다. 지울 수 없습니다.'],
  [3, 'prog_array', 'Programs to jump to with bpf_tail_call().', 'bpf_tail_call()로 넘어갈 프로그램을 담습니다.'],
  [4, 'perf_event_array', 'A buffer for each CPU through which bpf_perf_event_output() sends records to user space.', 'bpf_perf_event_output()이 사용자 공간으로 기록을 보내는 CPU별 버퍼입니다.'],
  [5, 'percpu_hash', 'A hash in which each CPU has a value of its own for a key, so that counting needs no atomics.', '키마다 CPU별 값을 따로 두는 해시입니다. 셀 때 원자 연산이 필요 없습니다.'],
  [6, 'percpu_array', 'An array in which each CPU has a value of its own at an index.', '인덱스마다 CPU별 값을 따로 두는 배열입니다.'],
  [7, 'stack_trace', 'Call stacks by id, filled by bpf_get_stackid().', 'bpf_get_stackid()가 채우는, id로 찾는 호출 스택입니다.'],
  [8, 'cgroup_array', 'cgroups to test packets or tasks against.', '패킷이나 태스크가 속하는지 견줄 cgroup을 담습니다.'],
  [9, 'lru_hash', 'A hash that, when full, throws out the entries that were least recently used.', '가득 차면 가장 오래 쓰이지 않은 항목부터 내보내는 해시입니다.'],
  [10, 'lru_percpu_hash', 'An LRU hash with a value for each CPU.', 'CPU별 값을 두는 LRU 해시입니다.'],
  [11, 'lpm_trie', 'Finds the longest prefix that matches a key, as a routing table does.', '라우팅 테이블처럼 키에 맞는 가장 긴 접두사를 찾습니다.'],
  [12, 'array_of_maps', 'An array whose values are maps.', '값이 맵인 배열입니다.'],
  [13, 'hash_of_maps', 'A hash whose values are maps.', '값이 맵인 해시입니다.'],
  [14, 'devmap', 'Devices to redirect packets to, by index.', '패킷을 넘길 장치를 인덱스로 담습니다.'],
  [15, 'sockmap', 'Sockets by index, between which data can be redirected.', '서로 데이터를 넘길 수 있는 소켓을 인덱스로 담습니다.'],
  [16, 'cpumap', 'CPUs to redirect packets to.', '패킷을 넘길 CPU를 담습니다.'],
  [17, 'xskmap', 'AF_XDP sockets that take packets past the kernel to user space.', '커널을 거치지 않고 사용자 공간으로 패킷을 가져가는 AF_XDP 소켓을 담습니다.'],
  [18, 'sockhash', 'Sockets by key, between which data can be redirected.', '서로 데이터를 넘길 수 있는 소켓을 키로 담습니다.'],
  [19, 'cgroup_storage', 'Memory of a program for each cgroup that it is attached to (old form).', '프로그램이 붙은 cgroup마다 갖는 메모리입니다(옛 방식).'],
  [20, 'reuseport_sockarray', 'Sockets that share a port, for bpf_sk_select_reuseport().', 'bpf_sk_select_reuseport()가 고를, 포트를 함께 쓰는 소켓입니다.'],
  [21, 'percpu_cgroup_storage', 'Memory for each cgroup and CPU (old form).', 'cgroup과 CPU마다 갖는 메모리입니다(옛 방식).'],
  [22, 'queue', 'First in, first out; no keys.', '먼저 넣은 것을 먼저 꺼냅니다. 키가 없습니다.'],
  [23, 'stack', 'Last in, first out; no keys.', '나중에 넣은 것을 먼저 꺼냅니다. 키가 없습니다.'],
  [24, 'sk_storage', 'Memory that is tied to a socket.', '소켓에 딸린 메모리입니다.'],
  [25, 'devmap_hash', 'Devices to redirect packets to, by key.', '패킷을 넘길 장치를 키로 담습니다.'],
  [26, 'struct_ops', 'A table of functions written in BPF that the kernel calls.', '커널이 부르는, BPF로 쓴 함수들의 표입니다.'],
  [27, 'ringbuf', 'One buffer for all CPUs through which records of any size go to user space in order.', '모든 CPU가 함께 쓰며 크기가 다른 기록을 순서대로 사용자 공간에 보내는 버퍼입니다.'],
  [28, 'inode_storage', 'Memory that is tied to an inode.', '아이노드에 딸린 메모리입니다.'],
  [29, 'task_storage', 'Memory that is tied to a task.', '태스크에 딸린 메모리입니다.'],
  [30, 'bloom_filter', 'Tells "certainly not" or "perhaps" for a value; no keys, nothing can be deleted.', '값이 "확실히 없음" 또는 "있을 수 있음"을 알려 줍니다. 키가 없고 지울 수 없습니다.'],
  [31, 'user_ringbuf', 'A ring buffer in the other direction: user space writes, programs read.', '반대 방향의 링 버퍼입니다. 사용자 공간이 쓰고 프로그램이 읽습니다.'],
  [32, 'cgrp_storage', 'Memory that is tied to a cgroup.', 'cgroup에 딸린 메모리입니다.'],
  [33, 'arena', 'Sparse memory that a program shares with user space.', '프로그램과 사용자 공간이 함께 쓰는 드문드문한 메모리입니다.'],
]

export const mapTypes: readonly MapTypeRow[] = BRIEFS.map(([id, name, en, ko]) => ({ id, name, doc: { en, ko } }))

const byName = new Map(mapTypes.map((m) => [m.name, m]))
const byId = new Map(mapTypes.map((m) => [m.id, m]))

/** By name: 'array', 'percpu_hash', ... */
export function mapType(name: string): MapTypeRow | undefined {
  return byName.get(name)
}

export function mapTypeById(id: number): MapTypeRow | undefined {
  return byId.get(id)
}
