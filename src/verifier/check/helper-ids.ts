// Helpers that the verifier treats one by one, and what it asks about others. All else about helpers stands in abi's rows.
// Linux: enum bpf_func_id; is_sync_callback_calling_function(), is_ptr_cast_function(), is_acquire_function(), bpf_helper_changes_pkt_data().
import { helperById } from '../../abi/index.ts'

export const FUNC_SETSOCKOPT = 49
export const FUNC_GETSOCKOPT = 57
export const FUNC_MAP_LOOKUP_ELEM = 1
export const FUNC_MAP_UPDATE_ELEM = 2
export const FUNC_MAP_DELETE_ELEM = 3
export const FUNC_GET_SMP_PROCESSOR_ID = 8
export const FUNC_TAIL_CALL = 12
export const FUNC_PERF_EVENT_READ = 22
export const FUNC_PERF_EVENT_OUTPUT = 25
export const FUNC_GET_STACKID = 27
export const FUNC_SKB_UNDER_CGROUP = 33
export const FUNC_GET_CURRENT_TASK = 35
export const FUNC_CURRENT_TASK_UNDER_CGROUP = 37
export const FUNC_PROBE_READ_STR = 45
export const FUNC_REDIRECT_MAP = 51
export const FUNC_SK_REDIRECT_MAP = 52
export const FUNC_SOCK_MAP_UPDATE = 53
export const FUNC_PERF_EVENT_READ_VALUE = 55
export const FUNC_MSG_REDIRECT_MAP = 60
export const FUNC_GET_STACK = 67
export const FUNC_SOCK_HASH_UPDATE = 70
export const FUNC_MSG_REDIRECT_HASH = 71
export const FUNC_SK_REDIRECT_HASH = 72
export const FUNC_GET_LOCAL_STORAGE = 81
export const FUNC_SK_SELECT_REUSEPORT = 82
export const FUNC_SK_LOOKUP_TCP = 84
export const FUNC_SK_LOOKUP_UDP = 85
export const FUNC_SK_RELEASE = 86
export const FUNC_MAP_PUSH_ELEM = 87
export const FUNC_MAP_POP_ELEM = 88
export const FUNC_MAP_PEEK_ELEM = 89
export const FUNC_SPIN_LOCK = 93
export const FUNC_SPIN_UNLOCK = 94
export const FUNC_SK_FULLSOCK = 95
export const FUNC_TCP_SOCK = 96
export const FUNC_SKC_LOOKUP_TCP = 99
export const FUNC_SK_STORAGE_GET = 107
export const FUNC_SK_STORAGE_DELETE = 108
export const FUNC_SKB_OUTPUT = 111
export const FUNC_PROBE_READ_USER_STR = 114
export const FUNC_PROBE_READ_KERNEL_STR = 115
export const FUNC_XDP_OUTPUT = 121
export const FUNC_RINGBUF_OUTPUT = 130
export const FUNC_RINGBUF_RESERVE = 131
export const FUNC_RINGBUF_QUERY = 134
export const FUNC_SKC_TO_TCP6_SOCK = 136
export const FUNC_SKC_TO_TCP_SOCK = 137
export const FUNC_SKC_TO_TCP_TIMEWAIT_SOCK = 138
export const FUNC_SKC_TO_TCP_REQUEST_SOCK = 139
export const FUNC_SKC_TO_UDP6_SOCK = 140
export const FUNC_GET_TASK_STACK = 141
export const FUNC_COPY_FROM_USER = 148
export const FUNC_D_PATH = 147
export const FUNC_GET_CURRENT_TASK_BTF = 158
export const FUNC_IMA_INODE_HASH = 161
export const FUNC_FOR_EACH_MAP_ELEM = 164
export const FUNC_SNPRINTF = 165
export const FUNC_TIMER_SET_CALLBACK = 170
export const FUNC_GET_FUNC_IP = 173
export const FUNC_GET_ATTACH_COOKIE = 174
export const FUNC_FIND_VMA = 180
export const FUNC_LOOP = 181
export const FUNC_GET_FUNC_ARG = 183
export const FUNC_GET_FUNC_RET = 184
export const FUNC_GET_FUNC_ARG_CNT = 185
export const FUNC_GET_RETVAL = 186
export const FUNC_SET_RETVAL = 187
export const FUNC_COPY_FROM_USER_TASK = 191
export const FUNC_IMA_FILE_HASH = 193
export const FUNC_KPTR_XCHG = 194
export const FUNC_MAP_LOOKUP_PERCPU_ELEM = 195
export const FUNC_SKC_TO_MPTCP_SOCK = 196
export const FUNC_DYNPTR_FROM_MEM = 197
export const FUNC_DYNPTR_WRITE = 202
export const FUNC_DYNPTR_DATA = 203
export const FUNC_USER_RINGBUF_DRAIN = 209
/** One past the last helper. */
export const FUNC_MAX_ID = 212

export const SYNC_CALLBACK_HELPERS: ReadonlySet<number> = new Set([
  FUNC_FOR_EACH_MAP_ELEM,
  FUNC_FIND_VMA,
  FUNC_LOOP,
  FUNC_USER_RINGBUF_DRAIN,
])

/** Give back the same object as another kind; the reference stays that of the argument. */
export const PTR_CAST_HELPERS: ReadonlySet<number> = new Set([
  FUNC_TCP_SOCK,
  FUNC_SK_FULLSOCK,
  FUNC_SKC_TO_TCP_SOCK,
  FUNC_SKC_TO_TCP6_SOCK,
  FUNC_SKC_TO_UDP6_SOCK,
  FUNC_SKC_TO_MPTCP_SOCK,
  FUNC_SKC_TO_TCP_TIMEWAIT_SOCK,
  FUNC_SKC_TO_TCP_REQUEST_SOCK,
])

/** Whether a call gives a reference that has to be released. */
export function isAcquireFunction(id: number, mapType: string | undefined): boolean {
  switch (id) {
    case FUNC_SK_LOOKUP_TCP:
    case FUNC_SK_LOOKUP_UDP:
    case FUNC_SKC_LOOKUP_TCP:
    case FUNC_RINGBUF_RESERVE:
    case FUNC_KPTR_XCHG:
      return true
    case FUNC_MAP_LOOKUP_ELEM:
      return mapType === 'sockmap' || mapType === 'sockhash'
    default:
      return false
  }
}

/** Linux: protos of the tracing types, whose `allowed` looks at the function that is traced. */
export const TRACED_HELPERS: ReadonlySet<number> = new Set([FUNC_SK_STORAGE_GET, FUNC_SK_STORAGE_DELETE, FUNC_D_PATH])

/** Linux: bpf_func_proto.might_sleep. Only programs that may sleep call these. */
export const SLEEPING_HELPERS: ReadonlySet<number> = new Set([
  FUNC_COPY_FROM_USER,
  FUNC_IMA_INODE_HASH,
  FUNC_COPY_FROM_USER_TASK,
  FUNC_IMA_FILE_HASH,
])

/** Linux: func_id_name(); id 0 has a name too. */
export const helperName = (id: number): string => (id === 0 ? 'bpf_unspec' : (helperById(id)?.name ?? 'unknown'))
export const helperChangesPacket = (id: number): boolean => helperById(id)?.changesPacket ?? false
