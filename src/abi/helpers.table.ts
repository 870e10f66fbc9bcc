// The helpers of Linux 6.18 as one line each: id; name without bpf_; return kind; C return type; flags; set of types; arguments.
// Flags: g = GPL only, p = may take packet pointers, c = invalidates packet pointers, - = none. An argument is 'kind: C declaration' with
// '=size' behind the kind of a fixed-size memory argument; the kind '-' is an argument that the verifier does not look at.
// Ids, kinds and C types are facts of the ABI (Linux: struct bpf_func_proto; helper lists of <linux/bpf.h>); where program types have
// protos of their own under one id, the line is that of the networking types. Who may call what was read off a running kernel by probing;
// so was, for the helpers of xdp, tc, socket filters and cgroup_skb, what each argument takes (numbers, NULL, read-only maps, packets).

/** Program types in the order of the bits of HELPER_SETS. */
export const HELPER_TYPES =
  'socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event cgroup_skb cgroup_skb_egress cgroup_sock_create ' +
  'cgroup_post_bind4 cgroup_post_bind6 cgroup_sock_release lwt_in lwt_out lwt_xmit sock_ops sk_skb sk_skb_parser sk_skb_verdict ' +
  'cgroup_device sk_msg raw_tracepoint bind4 bind6 connect4 connect6 connect_unix getpeername_unix getsockname_unix sendmsg4 sendmsg6 ' +
  'sendmsg_unix recvmsg4 recvmsg6 recvmsg_unix getpeername4 getpeername6 getsockname4 getsockname6 lwt_seg6local sk_reuseport ' +
  'flow_dissector cgroup_sysctl raw_tracepoint_writable cgroup_getsockopt cgroup_setsockopt sk_lookup syscall netfilter'

/** Sets of program types as hexadecimal bit masks. */
export const HELPER_SETS = [
  '3ffffffffffff',
  '1100000400052',
  'e800c',
  '800c',
  'c',
  '802c',
  '1000000e00c',
  '1f9ffffffffff',
  '700000ee18d',
  '1000000e02c',
  '0',
  '100000ee00c',
  '20',
  '102ffff8f1f8d',
  'e018d',
  '40ffff810000',
  'e000c',
  'e0000',
  '10000',
  '40',
  '200000',
  '6000000',
  '2000000018d',
  '2c',
  'a000',
  '10000000000',
  '18c',
  '68ffff911f80',
  '20000000000',
  'ffff8e01ac',
  '80ffff8e01ac',
  '60000001018c',
  '80000000000',
  '160ffffa11f8c',
  '160ffffa1018c',
  '1000000000000',
  '60ffffa11f8d',
  '80000000000c',
  '180',
  '185ffffafe1ad',
  '8fffffafffad',
  '100000400052',
  '6801cf901e00',
  '1000000000020',
] as const

/** Functions under one id that check other arguments when programs of these types call them. Read off Linux 6.18 by probing. */
export const OTHER_ARGS: readonly { readonly helper: string; readonly types: string; readonly args: string }[] = [
  {
    helper: 'get_socket_cookie',
    types: 'sk_reuseport syscall tp_btf iter tracing fexit fmod_ret',
    args: 'ptr_to_btf_id_sock_common|maybe_null',
  },
  {
    helper: 'getsockopt',
    types: 'cgroup_setsockopt struct_ops iter',
    args: 'ptr_to_btf_id_sock_common anything anything ptr_to_uninit_mem const_size',
  },
  {
    helper: 'setsockopt',
    types: 'cgroup_setsockopt struct_ops iter',
    args: 'ptr_to_btf_id_sock_common anything anything ptr_to_mem|mem_rdonly const_size',
  },
  { helper: 'sk_assign', types: 'sk_lookup', args: 'ptr_to_ctx ptr_to_socket_or_null anything' },
  {
    helper: 'sk_storage_get',
    types: 'cgroup_sock_create cgroup_post_bind4 cgroup_post_bind6 cgroup_sock_release',
    args: 'const_map_ptr ptr_to_ctx ptr_to_map_value_or_null anything',
  },
  {
    helper: 'sk_storage_get',
    types: 'tp_btf iter tracing fexit fmod_ret',
    args: 'const_map_ptr ptr_to_btf_id_or_null ptr_to_map_value_or_null anything',
  },
  { helper: 'sk_storage_delete', types: 'tp_btf iter tracing fexit fmod_ret', args: 'const_map_ptr ptr_to_btf_id' },
  { helper: 'xdp_get_buff_len', types: 'syscall tp_btf iter tracing fexit fmod_ret', args: 'ptr_to_btf_id' },
]

export const HELPER_LINES = `
1; map_lookup_elem; ptr_to_map_value_or_null; void *; p; 0; const_map_ptr: void *map; ptr_to_map_key: const void *key
2; map_update_elem; integer; long; p; 0; const_map_ptr: void *map; ptr_to_map_key: const void *key; ptr_to_map_value: const void *value; anything: __u64 flags
3; map_delete_elem; integer; long; p; 0; const_map_ptr: void *map; ptr_to_map_key: const void *key
4; probe_read; integer; long; g; 1; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
5; ktime_get_ns; integer; __u64; -; 0
6; trace_printk; integer; long; g; 0; ptr_to_mem|mem_rdonly: const char *format; const_size: __u32 format_size; ...
7; get_prandom_u32; integer; __u32; -; 0
8; get_smp_processor_id; integer; __u32; -; 0
9; skb_store_bytes; integer; long; c; 2; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 offset; ptr_to_mem|mem_rdonly: const void *from; const_size: __u32 size; anything: __u64 flags
10; l3_csum_replace; integer; long; c; 3; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 offset; anything: __u64 from; anything: __u64 to; anything: __u64 size
11; l4_csum_replace; integer; long; c; 3; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 offset; anything: __u64 from; anything: __u64 to; anything: __u64 flags
12; tail_call; void; long; c; 0; ptr_to_ctx: void *ctx; const_map_ptr: void *map; anything: __u32 index
13; clone_redirect; integer; long; c; 3; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 ifindex; anything: __u64 flags
14; get_current_pid_tgid; integer; __u64; -; 0
15; get_current_uid_gid; integer; __u64; -; 0
16; get_current_comm; integer; long; -; 0; ptr_to_uninit_mem: void *to; const_size: __u32 size
17; get_cgroup_classid; integer; __u32; -; 0; ptr_to_ctx: struct __sk_buff *ctx
18; skb_vlan_push; integer; long; c; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __be16 proto; anything: __u16 tci
19; skb_vlan_pop; integer; long; c; 4; ptr_to_ctx: struct __sk_buff *ctx
20; skb_get_tunnel_key; integer; long; -; 3; ptr_to_ctx: struct __sk_buff *ctx; ptr_to_uninit_mem: struct bpf_tunnel_key *key; const_size: __u32 size; anything: __u64 flags
21; skb_set_tunnel_key; integer; long; -; 3; ptr_to_ctx: struct __sk_buff *ctx; ptr_to_mem|mem_rdonly: struct bpf_tunnel_key *key; const_size: __u32 size; anything: __u64 flags
22; perf_event_read; integer; __u64; g; 0; const_map_ptr: void *map; anything: __u64 flags
23; redirect; integer; long; -; 5; anything: __u32 ifindex; anything: __u64 flags
24; get_route_realm; integer; __u32; -; 6; ptr_to_ctx: struct __sk_buff *ctx
25; perf_event_output; integer; long; g; 7; ptr_to_ctx: void *ctx; const_map_ptr: void *map; anything: __u64 flags; ptr_to_mem|mem_rdonly: void *data; const_size_or_zero: __u64 size
26; skb_load_bytes; integer; long; -; 8; ptr_to_ctx: const void *ctx; anything: __u32 offset; ptr_to_uninit_mem: void *to; const_size: __u32 size
27; get_stackid; integer; long; g; 1; ptr_to_ctx: void *ctx; const_map_ptr: void *map; anything: __u64 flags
28; csum_diff; integer; __s64; p; 9; ptr_to_mem|maybe_null|mem_rdonly: __be32 *from; const_size_or_zero: __u32 from_size; ptr_to_mem|maybe_null|mem_rdonly: __be32 *to; const_size_or_zero: __u32 to_size; anything: __wsum seed
29; skb_get_tunnel_opt; integer; long; -; 3; ptr_to_ctx: struct __sk_buff *ctx; ptr_to_uninit_mem: void *opt; const_size: __u32 size
30; skb_set_tunnel_opt; integer; long; -; 3; ptr_to_ctx: struct __sk_buff *ctx; ptr_to_mem|mem_rdonly: void *opt; const_size: __u32 size
31; skb_change_proto; integer; long; c; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __be16 proto; anything: __u64 flags
32; skb_change_type; integer; long; -; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 type
33; skb_under_cgroup; integer; long; -; 6; ptr_to_ctx: struct __sk_buff *ctx; const_map_ptr: void *map; anything: __u32 index
34; get_hash_recalc; integer; __u32; -; 6; ptr_to_ctx: struct __sk_buff *ctx
35; get_current_task; integer; __u64; g; 0
36; probe_write_user; integer; long; g; 10; anything: void *to; ptr_to_mem|mem_rdonly: const void *from; const_size: __u32 size
37; current_task_under_cgroup; integer; long; -; 0; const_map_ptr: void *map; anything: __u32 index
38; skb_change_tail; integer; long; c; 2; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 size; anything: __u64 flags
39; skb_pull_data; integer; long; c; 11; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 size
40; csum_update; integer; __s64; -; 3; ptr_to_ctx: struct __sk_buff *ctx; anything: __wsum csum
41; set_hash_invalid; integer; void; -; 3; ptr_to_ctx: struct __sk_buff *ctx
42; get_numa_node_id; integer; long; -; 0
43; skb_change_head; integer; long; c; 2; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 size; anything: __u64 flags
44; xdp_adjust_head; integer; long; c; 12; ptr_to_ctx: struct xdp_md *ctx; anything: int by
45; probe_read_str; integer; long; g; 1; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
46; get_socket_cookie; integer; __u64; -; 13; ptr_to_ctx: void *ctx
47; get_socket_uid; integer; __u32; -; 14; ptr_to_ctx: struct __sk_buff *ctx
48; set_hash; integer; long; -; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 hash
49; setsockopt; integer; long; -; 15; ptr_to_ctx: void *ctx; anything: int level; anything: int option; ptr_to_mem|mem_rdonly: void *value; const_size: int size
50; skb_adjust_room; integer; long; c; 16; ptr_to_ctx: struct __sk_buff *ctx; anything: __s32 by; anything: __u32 mode; anything: __u64 flags
51; redirect_map; integer; long; -; 12; const_map_ptr: void *map; anything: __u64 key; anything: __u64 flags
52; sk_redirect_map; integer; long; -; 17; ptr_to_ctx: struct __sk_buff *ctx; const_map_ptr: void *map; anything: __u32 key; anything: __u64 flags
53; sock_map_update; integer; long; p; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; const_map_ptr: void *map; ptr_to_map_key: void *key; anything: __u64 flags
54; xdp_adjust_meta; integer; long; c; 12; ptr_to_ctx: struct xdp_md *ctx; anything: int by
55; perf_event_read_value; integer; long; g; 0; const_map_ptr: void *map; anything: __u64 flags; ptr_to_uninit_mem: struct bpf_perf_event_value *to; const_size: __u32 size
56; perf_prog_read_value; integer; long; g; 19; ptr_to_ctx: struct bpf_perf_event_data *ctx; ptr_to_uninit_mem: struct bpf_perf_event_value *to; const_size: __u32 size
57; getsockopt; integer; long; -; 15; ptr_to_ctx: void *ctx; anything: int level; anything: int option; ptr_to_uninit_mem: void *value; const_size: int size
58; override_return; integer; long; g; 10; ptr_to_ctx: struct pt_regs *ctx; anything: __u64 value
59; sock_ops_cb_flags_set; integer; long; -; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; anything: int flags
60; msg_redirect_map; integer; long; -; 20; ptr_to_ctx: struct sk_msg_md *ctx; const_map_ptr: void *map; anything: __u32 key; anything: __u64 flags
61; msg_apply_bytes; integer; long; -; 20; ptr_to_ctx: struct sk_msg_md *ctx; anything: __u32 bytes
62; msg_cork_bytes; integer; long; -; 20; ptr_to_ctx: struct sk_msg_md *ctx; anything: __u32 bytes
63; msg_pull_data; integer; long; c; 20; ptr_to_ctx: struct sk_msg_md *ctx; anything: __u32 start; anything: __u32 end; anything: __u64 flags
64; bind; integer; long; -; 21; ptr_to_ctx: struct bpf_sock_addr *ctx; ptr_to_mem|mem_rdonly: struct sockaddr *addr; const_size: int addr_size
65; xdp_adjust_tail; integer; long; c; 12; ptr_to_ctx: struct xdp_md *ctx; anything: int by
66; skb_get_xfrm_state; integer; long; -; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 index; ptr_to_uninit_mem: struct bpf_xfrm_state *state; const_size: __u32 size; anything: __u64 flags
67; get_stack; integer; long; g; 1; ptr_to_ctx: void *ctx; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: __u64 flags
68; skb_load_bytes_relative; integer; long; -; 22; ptr_to_ctx: const void *ctx; anything: __u32 offset; ptr_to_uninit_mem: void *to; const_size: __u32 size; anything: __u32 base
69; fib_lookup; integer; long; g; 23; ptr_to_ctx: void *ctx; ptr_to_mem|mem_write: struct bpf_fib_lookup *params; const_size: int params_size; anything: __u32 flags
70; sock_hash_update; integer; long; p; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; const_map_ptr: void *map; ptr_to_map_key: void *key; anything: __u64 flags
71; msg_redirect_hash; integer; long; -; 20; ptr_to_ctx: struct sk_msg_md *ctx; const_map_ptr: void *map; ptr_to_map_key: void *key; anything: __u64 flags
72; sk_redirect_hash; integer; long; -; 17; ptr_to_ctx: struct __sk_buff *ctx; const_map_ptr: void *map; ptr_to_map_key: void *key; anything: __u64 flags
73; lwt_push_encap; integer; long; c; 24; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 type; ptr_to_mem|mem_rdonly: void *header; const_size: __u32 size
74; lwt_seg6_store_bytes; integer; long; c; 25; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 offset; ptr_to_mem|mem_rdonly: const void *from; const_size: __u32 size
75; lwt_seg6_adjust_srh; integer; long; c; 25; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 offset; anything: __s32 by
76; lwt_seg6_action; integer; long; c; 25; ptr_to_ctx: struct __sk_buff *ctx; anything: __u32 action; ptr_to_mem|mem_rdonly: void *param; const_size: __u32 param_size
77; rc_repeat; integer; long; g; 10; ptr_to_ctx: void *ctx
78; rc_keydown; integer; long; g; 10; ptr_to_ctx: void *ctx; anything: __u32 protocol; anything: __u64 scancode; anything: __u32 toggle
79; skb_cgroup_id; integer; __u64; -; 26; ptr_to_ctx: struct __sk_buff *ctx
80; get_current_cgroup_id; integer; __u64; -; 0
81; get_local_storage; ptr_to_map_value; void *; -; 27; const_map_ptr: void *map; anything: __u64 flags
82; sk_select_reuseport; integer; long; -; 28; ptr_to_ctx: struct sk_reuseport_md *ctx; const_map_ptr: void *map; ptr_to_map_key: void *key; anything: __u64 flags
83; skb_ancestor_cgroup_id; integer; __u64; -; 26; ptr_to_ctx: struct __sk_buff *ctx; anything: int level
84; sk_lookup_tcp; ptr_to_socket_or_null; struct bpf_sock *; p; 29; ptr_to_ctx: void *ctx; ptr_to_mem|mem_rdonly: struct bpf_sock_tuple *tuple; const_size_or_zero: __u32 tuple_size; anything: __u64 netns; anything: __u64 flags
85; sk_lookup_udp; ptr_to_socket_or_null; struct bpf_sock *; p; 29; ptr_to_ctx: void *ctx; ptr_to_mem|mem_rdonly: struct bpf_sock_tuple *tuple; const_size_or_zero: __u32 tuple_size; anything: __u64 netns; anything: __u64 flags
86; sk_release; integer; long; -; 30; ptr_to_btf_id_sock_common|obj_release: void *sock
87; map_push_elem; integer; long; p; 0; const_map_ptr: void *map; ptr_to_map_value: const void *value; anything: __u64 flags
88; map_pop_elem; integer; long; -; 0; const_map_ptr: void *map; ptr_to_map_value|mem_uninit|mem_write: void *value
89; map_peek_elem; integer; long; -; 0; const_map_ptr: void *map; ptr_to_map_value|mem_uninit|mem_write: void *value
90; msg_push_data; integer; long; c; 20; ptr_to_ctx: struct sk_msg_md *ctx; anything: __u32 start; anything: __u32 size; anything: __u64 flags
91; msg_pop_data; integer; long; c; 20; ptr_to_ctx: struct sk_msg_md *ctx; anything: __u32 start; anything: __u32 size; anything: __u64 flags
92; rc_pointer_rel; integer; long; g; 10; ptr_to_ctx: void *ctx; anything: __s32 dx; anything: __s32 dy
93; spin_lock; void; long; -; 0; ptr_to_spin_lock: struct bpf_spin_lock *lock
94; spin_unlock; void; long; -; 0; ptr_to_spin_lock: struct bpf_spin_lock *lock
95; sk_fullsock; ptr_to_socket_or_null; struct bpf_sock *; -; 26; ptr_to_sock_common: struct bpf_sock *sk
96; tcp_sock; ptr_to_tcp_sock_or_null; struct bpf_tcp_sock *; -; 31; ptr_to_sock_common: struct bpf_sock *sk
97; skb_ecn_set_ce; integer; long; -; 26; ptr_to_ctx: struct __sk_buff *ctx
98; get_listener_sock; ptr_to_socket_or_null; struct bpf_sock *; -; 26; ptr_to_sock_common: struct bpf_sock *sk
99; skc_lookup_tcp; ptr_to_sock_common_or_null; struct bpf_sock *; p; 29; ptr_to_ctx: void *ctx; ptr_to_mem|mem_rdonly: struct bpf_sock_tuple *tuple; const_size_or_zero: __u32 tuple_size; anything: __u64 netns; anything: __u64 flags
100; tcp_check_syncookie; integer; long; gp; 23; ptr_to_btf_id_sock_common: void *sk; ptr_to_mem|mem_rdonly: void *ip; const_size: __u32 ip_size; ptr_to_mem|mem_rdonly: struct tcphdr *tcp; const_size: __u32 tcp_size
101; sysctl_get_name; integer; long; -; 32; ptr_to_ctx: struct bpf_sysctl *ctx; ptr_to_mem|mem_write: char *to; const_size: unsigned long size; anything: __u64 flags
102; sysctl_get_current_value; integer; long; -; 32; ptr_to_ctx: struct bpf_sysctl *ctx; ptr_to_uninit_mem: char *to; const_size: unsigned long size
103; sysctl_get_new_value; integer; long; -; 32; ptr_to_ctx: struct bpf_sysctl *ctx; ptr_to_uninit_mem: char *to; const_size: unsigned long size
104; sysctl_set_new_value; integer; long; -; 32; ptr_to_ctx: struct bpf_sysctl *ctx; ptr_to_mem|mem_rdonly: const char *from; const_size: unsigned long size
105; strtol; integer; long; -; 0; ptr_to_mem|mem_rdonly: const char *from; const_size: unsigned long size; anything: __u64 flags; ptr_to_fixed_size_mem|mem_uninit|mem_write|mem_aligned=8: long *result
106; strtoul; integer; long; -; 0; ptr_to_mem|mem_rdonly: const char *from; const_size: unsigned long size; anything: __u64 flags; ptr_to_fixed_size_mem|mem_uninit|mem_write|mem_aligned=8: unsigned long *result
107; sk_storage_get; ptr_to_map_value_or_null; void *; -; 33; const_map_ptr: void *map; ptr_to_btf_id_sock_common: void *sk; ptr_to_map_value_or_null: void *value; anything: __u64 flags
108; sk_storage_delete; integer; long; -; 34; const_map_ptr: void *map; ptr_to_btf_id_sock_common: void *sk
109; send_signal; integer; long; -; 0; anything: __u32 signal
110; tcp_gen_syncookie; integer; __s64; gp; 23; ptr_to_btf_id_sock_common: void *sk; ptr_to_mem|mem_rdonly: void *ip; const_size: __u32 ip_size; ptr_to_mem|mem_rdonly: struct tcphdr *tcp; const_size: __u32 tcp_size
111; skb_output; integer; long; g; 35; ptr_to_btf_id: void *ctx; const_map_ptr: void *map; anything: __u64 flags; ptr_to_mem|mem_rdonly: void *data; const_size_or_zero: __u64 size
112; probe_read_user; integer; long; g; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
113; probe_read_kernel; integer; long; g; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
114; probe_read_user_str; integer; long; g; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
115; probe_read_kernel_str; integer; long; g; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
116; tcp_send_ack; integer; long; -; 10; ptr_to_btf_id: void *tp; anything: __u32 next
117; send_signal_thread; integer; long; -; 0; anything: __u32 signal
118; jiffies64; integer; __u64; -; 0
119; read_branch_records; integer; long; g; 19; ptr_to_ctx: struct bpf_perf_event_data *ctx; ptr_to_mem_or_null|mem_write: void *to; const_size_or_zero: __u32 size; anything: __u64 flags
120; get_ns_current_pid_tgid; integer; long; -; 0; anything: __u64 dev; anything: __u64 ino; ptr_to_uninit_mem: struct bpf_pidns_info *info; const_size: __u32 size
121; xdp_output; integer; long; g; 35; ptr_to_btf_id: void *ctx; const_map_ptr: void *map; anything: __u64 flags; ptr_to_mem|mem_rdonly: void *data; const_size_or_zero: __u64 size
122; get_netns_cookie; integer; __u64; -; 36; ptr_to_ctx_or_null: void *ctx
123; get_current_ancestor_cgroup_id; integer; __u64; -; 0; anything: int level
124; sk_assign; integer; long; -; 37; ptr_to_ctx: void *ctx; ptr_to_btf_id_sock_common: void *sk; anything: __u64 flags
125; ktime_get_boot_ns; integer; __u64; -; 0
126; seq_printf; integer; long; g; 10; ptr_to_btf_id: struct seq_file *seq; ptr_to_mem|mem_rdonly: const char *format; const_size: __u32 format_size; ptr_to_mem|maybe_null|mem_rdonly: const void *data; const_size_or_zero: __u32 data_size
127; seq_write; integer; long; g; 10; ptr_to_btf_id: struct seq_file *seq; ptr_to_mem|mem_rdonly: const void *data; const_size_or_zero: __u32 size
128; sk_cgroup_id; integer; __u64; -; 38; ptr_to_btf_id_sock_common: void *sk
129; sk_ancestor_cgroup_id; integer; __u64; -; 38; ptr_to_btf_id_sock_common: void *sk; anything: int level
130; ringbuf_output; integer; long; -; 0; const_map_ptr: void *ringbuf; ptr_to_mem|mem_rdonly: void *data; const_size_or_zero: __u64 size; anything: __u64 flags
131; ringbuf_reserve; ptr_to_ringbuf_mem_or_null; void *; -; 0; const_map_ptr: void *ringbuf; const_alloc_size_or_zero: __u64 size; anything: __u64 flags
132; ringbuf_submit; void; void; -; 0; ptr_to_ringbuf_mem|obj_release: void *data; anything: __u64 flags
133; ringbuf_discard; void; void; -; 0; ptr_to_ringbuf_mem|obj_release: void *data; anything: __u64 flags
134; ringbuf_query; integer; __u64; -; 0; const_map_ptr: void *ringbuf; anything: __u64 flags
135; csum_level; integer; long; -; 3; ptr_to_ctx: struct __sk_buff *ctx; anything: __u64 level
136; skc_to_tcp6_sock; ptr_to_btf_id_or_null; struct tcp6_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
137; skc_to_tcp_sock; ptr_to_btf_id_or_null; struct tcp_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
138; skc_to_tcp_timewait_sock; ptr_to_btf_id_or_null; struct tcp_timewait_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
139; skc_to_tcp_request_sock; ptr_to_btf_id_or_null; struct tcp_request_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
140; skc_to_udp6_sock; ptr_to_btf_id_or_null; struct udp6_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
141; get_task_stack; integer; long; -; 0; ptr_to_btf_id: struct task_struct *task; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: __u64 flags
142; load_hdr_opt; integer; long; -; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; ptr_to_mem|mem_write: void *option; const_size: __u32 size; anything: __u64 flags
143; store_hdr_opt; integer; long; c; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; ptr_to_mem|mem_rdonly: const void *from; const_size: __u32 size; anything: __u64 flags
144; reserve_hdr_opt; integer; long; -; 18; ptr_to_ctx: struct bpf_sock_ops *ctx; anything: __u32 size; anything: __u64 flags
145; inode_storage_get; ptr_to_map_value_or_null; void *; -; 10; const_map_ptr: void *map; ptr_to_btf_id_or_null: void *inode; ptr_to_map_value_or_null: void *value; anything: __u64 flags
146; inode_storage_delete; integer; int; -; 10; const_map_ptr: void *map; ptr_to_btf_id_or_null: void *inode
147; d_path; integer; long; -; 35; ptr_to_btf_id: struct path *path; ptr_to_mem|mem_write: char *to; const_size_or_zero: __u32 size
148; copy_from_user; integer; long; -; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from
149; snprintf_btf; integer; long; -; 0; ptr_to_mem|mem_write: char *str; const_size: __u32 str_size; ptr_to_mem|mem_rdonly: struct btf_ptr *ptr; const_size: __u32 ptr_size; anything: __u64 flags
150; seq_printf_btf; integer; long; g; 10; ptr_to_btf_id: struct seq_file *seq; ptr_to_mem|mem_rdonly: struct btf_ptr *ptr; const_size_or_zero: __u32 ptr_size; anything: __u64 flags
151; skb_cgroup_classid; integer; __u64; -; 4; ptr_to_ctx: struct __sk_buff *ctx
152; redirect_neigh; integer; long; -; 4; anything: __u32 ifindex; ptr_to_mem|maybe_null|mem_rdonly: struct bpf_redir_neigh *params; const_size_or_zero: int params_size; anything: __u64 flags
153; per_cpu_ptr; ptr_to_mem_or_btf_id|maybe_null|mem_rdonly; void *; -; 0; ptr_to_percpu_btf_id: const void *base; anything: __u32 cpu
154; this_cpu_ptr; ptr_to_mem_or_btf_id|mem_rdonly; void *; -; 0; ptr_to_percpu_btf_id: const void *base
155; redirect_peer; integer; long; -; 4; anything: __u32 ifindex; anything: __u64 flags
156; task_storage_get; ptr_to_map_value_or_null; void *; -; 0; const_map_ptr: void *map; ptr_to_btf_id_or_null: struct task_struct *task; ptr_to_map_value_or_null: void *value; anything: __u64 flags
157; task_storage_delete; integer; long; -; 0; const_map_ptr: void *map; ptr_to_btf_id_or_null: struct task_struct *task
158; get_current_task_btf; ptr_to_btf_id_trusted; struct task_struct *; g; 0
159; bprm_opts_set; integer; long; -; 10; ptr_to_btf_id: struct linux_binprm *bprm; anything: __u64 flags
160; ktime_get_coarse_ns; integer; __u64; -; 40
161; ima_inode_hash; integer; long; -; 10; ptr_to_btf_id: struct inode *inode; ptr_to_uninit_mem: void *to; const_size: __u32 size
162; sock_from_file; ptr_to_btf_id_or_null; struct socket *; -; 35; ptr_to_btf_id: struct file *file
163; check_mtu; integer; long; g; 23; ptr_to_ctx: void *ctx; anything: __u32 ifindex; ptr_to_fixed_size_mem|mem_write|mem_aligned=4: __u32 *mtu; anything: __s32 by; anything: __u64 flags
164; for_each_map_elem; integer; long; -; 0; const_map_ptr: void *map; ptr_to_func: void *callback; ptr_to_stack_or_null: void *callback_ctx; anything: __u64 flags
165; snprintf; integer; long; g; 0; ptr_to_mem_or_null|mem_write: char *str; const_size_or_zero: __u32 str_size; ptr_to_const_str: const char *format; ptr_to_mem|maybe_null|mem_rdonly: __u64 *data; const_size_or_zero: __u32 data_size
166; sys_bpf; integer; long; -; 35; anything: __u32 cmd; ptr_to_mem|mem_rdonly: void *attr; const_size: __u32 attr_size
167; btf_find_by_name_kind; integer; long; -; 35; ptr_to_mem|mem_rdonly: char *name; const_size: int name_size; anything: __u32 kind; anything: int flags
168; sys_close; integer; long; -; 35; anything: __u32 fd
169; timer_init; integer; long; g; 0; ptr_to_timer: struct bpf_timer *timer; const_map_ptr: void *map; anything: __u64 flags
170; timer_set_callback; integer; long; g; 0; ptr_to_timer: struct bpf_timer *timer; ptr_to_func: void *callback
171; timer_start; integer; long; g; 0; ptr_to_timer: struct bpf_timer *timer; anything: __u64 ns; anything: __u64 flags
172; timer_cancel; integer; long; g; 0; ptr_to_timer: struct bpf_timer *timer
173; get_func_ip; integer; __u64; g; 1; ptr_to_ctx: void *ctx
174; get_attach_cookie; integer; __u64; -; 41; ptr_to_ctx: void *ctx
175; task_pt_regs; ptr_to_btf_id; long; g; 0; ptr_to_btf_id: struct task_struct *task
176; get_branch_snapshot; integer; long; g; 0; ptr_to_uninit_mem: void *entries; const_size_or_zero: __u32 size; -: __u64 flags
177; trace_vprintk; integer; long; g; 0; ptr_to_mem|mem_rdonly: const char *format; const_size: __u32 format_size; ptr_to_mem|maybe_null|mem_rdonly: const void *data; const_size_or_zero: __u32 data_size
178; skc_to_unix_sock; ptr_to_btf_id_or_null; struct unix_sock *; -; 39; ptr_to_btf_id_sock_common: void *sk
179; kallsyms_lookup_name; integer; long; -; 35; ptr_to_mem|mem_rdonly: const char *name; const_size_or_zero: int name_size; anything: int flags; ptr_to_fixed_size_mem|mem_uninit|mem_write|mem_aligned=8: __u64 *result
180; find_vma; integer; long; -; 0; ptr_to_btf_id: struct task_struct *task; anything: __u64 addr; ptr_to_func: void *callback; ptr_to_stack_or_null: void *callback_ctx; anything: __u64 flags
181; loop; integer; long; -; 0; scalar: __u32 count; ptr_to_func: void *callback; ptr_to_stack_or_null: void *callback_ctx; anything: __u64 flags
182; strncmp; integer; long; -; 0; ptr_to_mem|mem_rdonly: const char *a; const_size: __u32 a_size; ptr_to_const_str: const char *b
183; get_func_arg; integer; long; -; 10; ptr_to_ctx: void *ctx; anything: __u32 n; ptr_to_fixed_size_mem|mem_uninit|mem_write|mem_aligned=8: __u64 *value
184; get_func_ret; integer; long; -; 10; ptr_to_ctx: void *ctx; ptr_to_fixed_size_mem|mem_uninit|mem_write|mem_aligned=8: __u64 *value
185; get_func_arg_cnt; integer; long; -; 10; ptr_to_ctx: void *ctx
186; get_retval; integer; int; -; 42
187; set_retval; integer; int; -; 42; anything: int retval
188; xdp_get_buff_len; integer; __u64; -; 43; ptr_to_ctx: struct xdp_md *ctx
189; xdp_load_bytes; integer; long; -; 12; ptr_to_ctx: struct xdp_md *ctx; anything: __u32 offset; ptr_to_uninit_mem: void *to; const_size: __u32 size
190; xdp_store_bytes; integer; long; -; 12; ptr_to_ctx: struct xdp_md *ctx; anything: __u32 offset; ptr_to_mem|mem_rdonly: void *to; const_size: __u32 size
191; copy_from_user_task; integer; long; g; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; anything: const void *from; ptr_to_btf_id: struct task_struct *task; anything: __u64 flags
192; skb_set_tstamp; integer; long; -; 4; ptr_to_ctx: struct __sk_buff *ctx; anything: __u64 time; anything: __u32 time_type
193; ima_file_hash; integer; long; -; 10; ptr_to_btf_id: struct file *file; ptr_to_uninit_mem: void *to; const_size: __u32 size
194; kptr_xchg; ptr_to_btf_id_or_null; void *; -; 0; kptr_xchg_dest: void *to; ptr_to_btf_id_or_null|obj_release: void *ptr
195; map_lookup_percpu_elem; ptr_to_map_value_or_null; void *; p; 0; const_map_ptr: void *map; ptr_to_map_key: const void *key; anything: __u32 cpu
196; skc_to_mptcp_sock; ptr_to_btf_id_or_null; struct mptcp_sock *; -; 39; ptr_to_sock_common: void *sk
197; dynptr_from_mem; integer; long; -; 0; ptr_to_uninit_mem: void *data; const_size_or_zero: __u32 size; anything: __u64 flags; ptr_to_dynptr|dynptr_type_local|mem_uninit|mem_write: struct bpf_dynptr *ptr
198; ringbuf_reserve_dynptr; integer; long; -; 0; const_map_ptr: void *ringbuf; anything: __u32 size; anything: __u64 flags; ptr_to_dynptr|dynptr_type_ringbuf|mem_uninit|mem_write: struct bpf_dynptr *ptr
199; ringbuf_submit_dynptr; void; void; -; 0; ptr_to_dynptr|dynptr_type_ringbuf|obj_release: struct bpf_dynptr *ptr; anything: __u64 flags
200; ringbuf_discard_dynptr; void; void; -; 0; ptr_to_dynptr|dynptr_type_ringbuf|obj_release: struct bpf_dynptr *ptr; anything: __u64 flags
201; dynptr_read; integer; long; -; 0; ptr_to_uninit_mem: void *to; const_size_or_zero: __u32 size; ptr_to_dynptr|mem_rdonly: const struct bpf_dynptr *from; anything: __u32 offset; anything: __u64 flags
202; dynptr_write; integer; long; -; 0; ptr_to_dynptr|mem_rdonly: const struct bpf_dynptr *to; anything: __u32 offset; ptr_to_mem|mem_rdonly: void *from; const_size_or_zero: __u32 size; anything: __u64 flags
203; dynptr_data; ptr_to_dynptr_mem_or_null; void *; -; 0; ptr_to_dynptr|mem_rdonly: const struct bpf_dynptr *ptr; anything: __u32 offset; const_alloc_size_or_zero: __u32 size
204; tcp_raw_gen_syncookie_ipv4; integer; __s64; gp; 23; ptr_to_fixed_size_mem|mem_rdonly=20: struct iphdr *ip; ptr_to_mem|mem_rdonly: struct tcphdr *tcp; const_size_or_zero: __u32 tcp_size
205; tcp_raw_gen_syncookie_ipv6; integer; __s64; gp; 23; ptr_to_fixed_size_mem|mem_rdonly=40: struct ipv6hdr *ip; ptr_to_mem|mem_rdonly: struct tcphdr *tcp; const_size_or_zero: __u32 tcp_size
206; tcp_raw_check_syncookie_ipv4; integer; long; gp; 23; ptr_to_fixed_size_mem|mem_rdonly=20: struct iphdr *ip; ptr_to_fixed_size_mem|mem_rdonly=20: struct tcphdr *tcp
207; tcp_raw_check_syncookie_ipv6; integer; long; gp; 23; ptr_to_fixed_size_mem|mem_rdonly=40: struct ipv6hdr *ip; ptr_to_fixed_size_mem|mem_rdonly=20: struct tcphdr *tcp
208; ktime_get_tai_ns; integer; __u64; -; 0
209; user_ringbuf_drain; integer; long; -; 0; const_map_ptr: void *map; ptr_to_func: void *callback; ptr_to_stack_or_null: void *ctx; anything: __u64 flags
210; cgrp_storage_get; ptr_to_map_value_or_null; void *; -; 0; const_map_ptr: void *map; ptr_to_btf_id_or_null: struct cgroup *cgroup; ptr_to_map_value_or_null: void *value; anything: __u64 flags
211; cgrp_storage_delete; integer; long; -; 0; const_map_ptr: void *map; ptr_to_btf_id_or_null: struct cgroup *cgroup
`
