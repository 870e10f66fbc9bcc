// Which function answers which helper, by name. A helper without a row is not modelled: calling it ends the run as unsupported.
// Most answer alike for all program types; those that do not are picked by the first argument's kind where they are written.
import { helperByName } from '../../abi/index.ts'
import { assert } from '../../base/index.ts'
import * as basic from './basic.ts'
import type { HelperBody } from './body.ts'
import * as callback from './callback.ts'
import * as cgroup from './cgroup.ts'
import * as csum from './csum.ts'
import * as device from './device.ts'
import * as dynptr from './dynptr.ts'
import * as lwt from './lwt.ts'
import * as map from './map.ts'
import * as memory from './memory.ts'
import * as message from './message.ts'
import * as print from './print.ts'
import * as redirect from './redirect.ts'
import * as ringbuf from './ringbuf.ts'
import * as skbBytes from './skb-bytes.ts'
import * as skbChange from './skb-change.ts'
import * as skbMeta from './skb-meta.ts'
import * as socket from './socket.ts'
import * as sockmap from './sockmap.ts'
import * as stack from './stack.ts'
import * as storage from './storage.ts'
import * as syncookie from './syncookie.ts'
import * as task from './task.ts'
import * as text from './text.ts'
import * as timer from './timer.ts'
import * as trace from './trace.ts'
import * as tunnel from './tunnel.ts'
import * as xdp from './xdp.ts'

const BODIES: Readonly<Record<string, HelperBody>> = {
  bpf_map_lookup_elem: map.mapLookupElem,
  bpf_map_update_elem: map.mapUpdateElem,
  bpf_map_delete_elem: map.mapDeleteElem,
  bpf_ktime_get_ns: basic.ktimeGetNs,
  bpf_trace_printk: print.tracePrintk,
  bpf_get_prandom_u32: basic.getPrandomU32,
  bpf_get_smp_processor_id: basic.getSmpProcessorId,
  bpf_skb_store_bytes: skbBytes.skbStoreBytes,
  bpf_l3_csum_replace: csum.l3CsumReplace,
  bpf_l4_csum_replace: csum.l4CsumReplace,
  bpf_tail_call: map.tailCallHelper,
  bpf_clone_redirect: device.cloneRedirect,
  bpf_get_current_pid_tgid: task.getCurrentPidTgid,
  bpf_get_current_uid_gid: task.getCurrentUidGid,
  bpf_get_current_comm: task.getCurrentComm,
  bpf_get_cgroup_classid: socket.getCgroupClassid,
  bpf_skb_vlan_push: skbChange.skbVlanPush,
  bpf_skb_vlan_pop: skbChange.skbVlanPop,
  bpf_skb_get_tunnel_key: tunnel.skbGetTunnelKey,
  bpf_redirect: redirect.redirect,
  bpf_get_route_realm: socket.getRouteRealm,
  bpf_perf_event_output: ringbuf.perfEventOutput,
  bpf_skb_load_bytes: skbBytes.skbLoadBytes,
  bpf_csum_diff: csum.csumDiff,
  bpf_skb_get_tunnel_opt: tunnel.skbGetTunnelOpt,
  bpf_skb_change_proto: skbChange.skbChangeProto,
  bpf_skb_change_type: skbChange.skbChangeType,
  bpf_get_hash_recalc: skbMeta.getHashRecalc,
  bpf_skb_change_tail: skbChange.skbChangeTail,
  bpf_skb_pull_data: skbBytes.skbPullData,
  bpf_csum_update: csum.csumUpdate,
  bpf_set_hash_invalid: skbBytes.setHashInvalid,
  bpf_get_numa_node_id: basic.getNumaNodeId,
  bpf_skb_change_head: skbChange.skbChangeHead,
  bpf_xdp_adjust_head: xdp.xdpAdjustHead,
  bpf_get_socket_cookie: socket.getSocketCookie,
  bpf_get_socket_uid: socket.getSocketUid,
  bpf_set_hash: skbBytes.setHash,
  bpf_skb_adjust_room: skbChange.skbAdjustRoom,
  bpf_redirect_map: redirect.redirectMap,
  bpf_xdp_adjust_meta: xdp.xdpAdjustMeta,
  bpf_xdp_adjust_tail: xdp.xdpAdjustTail,
  bpf_skb_load_bytes_relative: skbBytes.skbLoadBytesRelative,
  bpf_fib_lookup: device.fibLookup,
  bpf_skb_cgroup_id: socket.skCgroupId,
  bpf_get_current_cgroup_id: task.getCurrentCgroupId,
  bpf_skb_ancestor_cgroup_id: socket.skAncestorCgroupId,
  bpf_sk_lookup_tcp: socket.skLookupTcp,
  bpf_sk_lookup_udp: socket.skLookupUdp,
  bpf_sk_release: socket.skRelease,
  bpf_get_local_storage: map.getLocalStorage,
  bpf_map_push_elem: map.mapPushElem,
  bpf_map_pop_elem: map.mapPopElem,
  bpf_map_peek_elem: map.mapPeekElem,
  bpf_spin_lock: map.spinLock,
  bpf_spin_unlock: map.spinUnlock,
  bpf_sk_fullsock: socket.skFullsock,
  bpf_tcp_sock: socket.tcpSock,
  bpf_skb_ecn_set_ce: skbMeta.skbEcnSetCe,
  bpf_get_listener_sock: socket.getListenerSock,
  bpf_skc_lookup_tcp: socket.skcLookupTcp,
  bpf_strtol: text.strtol,
  bpf_strtoul: text.strtoul,
  bpf_probe_read_kernel: memory.probeReadKernel,
  bpf_probe_read_kernel_str: memory.probeReadKernelStr,
  bpf_jiffies64: basic.jiffies64,
  bpf_get_netns_cookie: socket.getNetnsCookie,
  bpf_ktime_get_boot_ns: basic.ktimeGetBootNs,
  bpf_sk_cgroup_id: socket.skCgroupId,
  bpf_sk_ancestor_cgroup_id: socket.skAncestorCgroupId,
  bpf_ringbuf_output: ringbuf.ringbufOutput,
  bpf_ringbuf_reserve: ringbuf.ringbufReserve,
  bpf_ringbuf_submit: ringbuf.ringbufSubmit,
  bpf_ringbuf_discard: ringbuf.ringbufDiscard,
  bpf_ringbuf_query: ringbuf.ringbufQuery,
  bpf_csum_level: csum.csumLevel,
  bpf_skb_cgroup_classid: socket.getCgroupClassid,
  bpf_redirect_neigh: redirect.redirectNeigh,
  bpf_redirect_peer: redirect.redirectPeer,
  bpf_ktime_get_coarse_ns: basic.ktimeGetCoarseNs,
  bpf_check_mtu: device.checkMtu,
  bpf_for_each_map_elem: callback.forEachMapElem,
  bpf_timer_init: timer.timerInit,
  bpf_timer_set_callback: timer.timerSetCallback,
  bpf_timer_start: timer.timerStart,
  bpf_timer_cancel: timer.timerCancel,
  bpf_snprintf: print.snprintf,
  bpf_trace_vprintk: print.traceVprintk,
  bpf_loop: callback.loop,
  bpf_strncmp: text.strncmp,
  bpf_xdp_get_buff_len: xdp.xdpGetBuffLen,
  bpf_xdp_load_bytes: xdp.xdpLoadBytes,
  bpf_xdp_store_bytes: xdp.xdpStoreBytes,
  bpf_skb_set_tstamp: skbMeta.skbSetTstamp,
  bpf_map_lookup_percpu_elem: map.mapLookupPercpuElem,
  bpf_user_ringbuf_drain: ringbuf.userRingbufDrain,
  bpf_dynptr_from_mem: dynptr.dynptrFromMem,
  bpf_ringbuf_reserve_dynptr: dynptr.ringbufReserveDynptr,
  bpf_ringbuf_submit_dynptr: dynptr.ringbufSubmitDynptr,
  bpf_ringbuf_discard_dynptr: dynptr.ringbufDiscardDynptr,
  bpf_dynptr_read: dynptr.dynptrRead,
  bpf_dynptr_write: dynptr.dynptrWrite,
  bpf_dynptr_data: dynptr.dynptrData,
  bpf_ktime_get_tai_ns: basic.ktimeGetTaiNs,
  bpf_skc_to_tcp_sock: socket.skcToTcpSock,
  bpf_skc_to_tcp6_sock: socket.skcToTcp6Sock,
  bpf_skc_to_tcp_timewait_sock: socket.skcToTcpTimewaitSock,
  bpf_skc_to_tcp_request_sock: socket.skcToTcpRequestSock,
  bpf_skc_to_udp6_sock: socket.skcToUdp6Sock,
  bpf_skc_to_unix_sock: socket.skcToUnixSock,
  bpf_skc_to_mptcp_sock: socket.skcToMptcpSock,
  bpf_sk_assign: socket.skAssign,
  bpf_setsockopt: socket.setsockopt,
  bpf_getsockopt: socket.getsockopt,
  bpf_bind: socket.bind,
  bpf_get_current_ancestor_cgroup_id: task.getCurrentAncestorCgroupId,
  bpf_get_ns_current_pid_tgid: task.getNsCurrentPidTgid,
  bpf_get_current_task: task.getCurrentTask,
  bpf_get_current_task_btf: task.getCurrentTask,
  bpf_task_pt_regs: task.taskPtRegs,
  bpf_send_signal: task.sendSignal,
  bpf_send_signal_thread: task.sendSignalThread,
  bpf_get_func_ip: task.getFuncIp,
  bpf_get_attach_cookie: task.getAttachCookie,
  bpf_get_func_arg: task.getFuncArg,
  bpf_get_func_ret: task.getFuncRet,
  bpf_get_func_arg_cnt: task.getFuncArgCnt,
  bpf_probe_read: memory.probeRead,
  bpf_probe_read_str: memory.probeReadStr,
  bpf_probe_read_user: memory.probeReadUser,
  bpf_probe_read_user_str: memory.probeReadUserStr,
  bpf_copy_from_user: memory.copyFromUser,
  bpf_copy_from_user_task: memory.copyFromUserTask,
  bpf_probe_write_user: memory.probeWriteUser,
  bpf_override_return: memory.overrideReturn,
  bpf_get_stackid: stack.getStackid,
  bpf_get_stack: stack.getStack,
  bpf_get_task_stack: stack.getTaskStack,
  bpf_sk_storage_get: storage.skStorageGet,
  bpf_sk_storage_delete: storage.skStorageDelete,
  bpf_task_storage_get: storage.objectStorageGet,
  bpf_task_storage_delete: storage.objectStorageDelete,
  bpf_inode_storage_get: storage.objectStorageGet,
  bpf_inode_storage_delete: storage.objectStorageDelete,
  bpf_cgrp_storage_get: storage.objectStorageGet,
  bpf_cgrp_storage_delete: storage.objectStorageDelete,
  bpf_perf_event_read: trace.perfEventRead,
  bpf_perf_event_read_value: trace.perfEventReadValue,
  bpf_perf_prog_read_value: trace.perfProgReadValue,
  bpf_seq_write: trace.seqWrite,
  bpf_seq_printf: trace.seqPrintf,
  bpf_d_path: trace.dPath,
  bpf_kallsyms_lookup_name: trace.kallsymsLookupName,
  bpf_per_cpu_ptr: trace.perCpuPtr,
  bpf_this_cpu_ptr: trace.thisCpuPtr,
  bpf_kptr_xchg: trace.kptrXchg,
  bpf_read_branch_records: trace.readBranchRecords,
  bpf_get_branch_snapshot: trace.getBranchSnapshot,
  bpf_skb_set_tunnel_key: tunnel.skbSetTunnelKey,
  bpf_skb_set_tunnel_opt: tunnel.skbSetTunnelOpt,
  bpf_skb_get_xfrm_state: skbMeta.skbGetXfrmState,
  bpf_skb_under_cgroup: cgroup.skbUnderCgroup,
  bpf_current_task_under_cgroup: cgroup.currentTaskUnderCgroup,
  bpf_get_retval: cgroup.getRetval,
  bpf_set_retval: cgroup.setRetval,
  bpf_sysctl_get_name: cgroup.sysctlGetName,
  bpf_sysctl_get_current_value: cgroup.sysctlGetCurrentValue,
  bpf_sysctl_get_new_value: cgroup.sysctlGetNewValue,
  bpf_sysctl_set_new_value: cgroup.sysctlSetNewValue,
  bpf_sock_ops_cb_flags_set: cgroup.sockOpsCbFlagsSet,
  bpf_sk_redirect_map: sockmap.skRedirectMap,
  bpf_sk_redirect_hash: sockmap.skRedirectHash,
  bpf_msg_redirect_map: sockmap.msgRedirectMap,
  bpf_msg_redirect_hash: sockmap.msgRedirectHash,
  bpf_sock_map_update: sockmap.sockTableUpdate,
  bpf_sock_hash_update: sockmap.sockTableUpdate,
  bpf_sk_select_reuseport: sockmap.skSelectReuseport,
  bpf_lwt_push_encap: lwt.lwtPushEncap,
  bpf_msg_apply_bytes: message.msgApplyBytes,
  bpf_msg_cork_bytes: message.msgCorkBytes,
  bpf_msg_pull_data: message.msgPullData,
  bpf_msg_push_data: message.msgPushData,
  bpf_msg_pop_data: message.msgPopData,
  bpf_tcp_raw_gen_syncookie_ipv4: syncookie.tcpRawGenSyncookieIpv4,
  bpf_tcp_raw_gen_syncookie_ipv6: syncookie.tcpRawGenSyncookieIpv6,
  bpf_tcp_raw_check_syncookie_ipv4: syncookie.tcpRawCheckSyncookieIpv4,
  bpf_tcp_raw_check_syncookie_ipv6: syncookie.tcpRawCheckSyncookieIpv6,
  bpf_tcp_check_syncookie: syncookie.tcpCheckSyncookie,
  bpf_tcp_gen_syncookie: syncookie.tcpGenSyncookie,
}

const byId = new Map<number, HelperBody>()
for (const [name, body] of Object.entries(BODIES)) {
  const row = helperByName(name)
  assert(row, `${name} is a helper`)
  byId.set(row.id, body)
}

export const helperBody = (id: number): HelperBody | undefined => byId.get(id)

/** Ids of the helpers that are modelled, ascending. */
export const modelledHelpers: readonly number[] = [...byId.keys()].sort((a, b) => a - b)
