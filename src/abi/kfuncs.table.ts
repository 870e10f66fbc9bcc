// The kernel functions (kfuncs) of Linux 6.18 that programs may call, one a line: name; set; flags. Prototypes are not repeated here: they
// stand in the kernel's BTF. A set is registered for hooks, and each program type belongs to one hook or to none.
// Names, sets and flags are facts of the kernel (BTF_ID_FLAGS(), register_btf_kfunc_id_set()); who may call what was compared with a
// running kernel by probing every pair of kfunc and program type.

/** Hooks for which a set is registered; 'any' = every program type. */
export const KFUNC_SETS = {
  common: 'any',
  generic: 'tc xdp tracing syscall cgroup struct_ops',
  cpumask: 'tracing syscall struct_ops',
  skb: 'socket_filter tc sched_act tracing sk_skb cgroup lwt netfilter',
  skb_meta: 'tc sched_act',
  xdp: 'xdp',
  tc: 'tc',
  cgroup: 'cgroup',
  conntrack: 'tc xdp',
  crypto: 'tc sched_act xdp',
  crypto_init: 'syscall',
  rstat: 'tracing',
  test: 'tc tracing syscall',
  struct_ops: 'struct_ops',
  // Narrowed further by filters: to LSM programs, socket iterators, sessions of kprobes, and to being modified instead of called.
  fs: 'lsm',
  sock_iter: 'iter',
  kprobe_session: 'session',
  modify_return: '',
} as const satisfies Readonly<Record<string, string>>

/** The hook of each program type; a type that is not listed has none. Linux: bpf_prog_type_to_kfunc_hook(). */
export const KFUNC_HOOKS: Readonly<Record<string, string>> = {
  socket_filter: 'socket_filter',
  kprobe: 'kprobe',
  sched_cls: 'tc',
  sched_act: 'sched_act',
  tracepoint: 'tracing',
  perf_event: 'tracing',
  tracing: 'tracing',
  tp_btf: 'tracing',
  fexit: 'tracing',
  fmod_ret: 'tracing',
  iter: 'tracing',
  lsm: 'tracing',
  xdp: 'xdp',
  lwt_in: 'lwt',
  lwt_out: 'lwt',
  lwt_xmit: 'lwt',
  lwt_seg6local: 'lwt',
  sk_skb: 'sk_skb',
  sk_skb_parser: 'sk_skb',
  sk_skb_verdict: 'sk_skb',
  syscall: 'syscall',
  netfilter: 'netfilter',
  struct_ops: 'struct_ops',
  sock_ops: 'cgroup',
}

export const KFUNC_LINES = `
bpf_obj_new_impl generic acquire ret_null
bpf_percpu_obj_new_impl generic acquire ret_null
bpf_obj_drop_impl generic release
bpf_percpu_obj_drop_impl generic release
bpf_refcount_acquire_impl generic acquire ret_null rcu
bpf_list_push_front_impl generic
bpf_list_push_back_impl generic
bpf_list_pop_front generic acquire ret_null
bpf_list_pop_back generic acquire ret_null
bpf_list_front generic ret_null
bpf_list_back generic ret_null
bpf_task_acquire generic acquire rcu ret_null
bpf_task_release generic release
bpf_rbtree_remove generic acquire ret_null
bpf_rbtree_add_impl generic
bpf_rbtree_first generic ret_null
bpf_rbtree_root generic ret_null
bpf_rbtree_left generic ret_null
bpf_rbtree_right generic ret_null
bpf_cgroup_acquire generic acquire rcu ret_null
bpf_cgroup_release generic release
bpf_cgroup_ancestor generic acquire rcu ret_null
bpf_cgroup_from_id generic acquire ret_null
bpf_task_under_cgroup generic rcu
bpf_task_get_cgroup1 generic acquire rcu ret_null
bpf_task_from_pid generic acquire ret_null
bpf_task_from_vpid generic acquire ret_null
bpf_throw generic
bpf_send_signal_task generic trusted_args
bpf_lookup_user_key generic acquire ret_null sleepable
bpf_lookup_system_key generic acquire ret_null
bpf_key_put generic release
bpf_cast_to_kern_ctx common fastcall
bpf_rdonly_cast common fastcall
bpf_rcu_read_lock common
bpf_rcu_read_unlock common
bpf_dynptr_slice common ret_null
bpf_dynptr_slice_rdwr common ret_null
bpf_iter_num_new common iter_new
bpf_iter_num_next common iter_next ret_null
bpf_iter_num_destroy common iter_destroy
bpf_iter_task_vma_new common iter_new rcu
bpf_iter_task_vma_next common iter_next ret_null
bpf_iter_task_vma_destroy common iter_destroy
bpf_iter_css_task_new common iter_new trusted_args
bpf_iter_css_task_next common iter_next ret_null
bpf_iter_css_task_destroy common iter_destroy
bpf_iter_css_new common iter_new trusted_args rcu_protected
bpf_iter_css_next common iter_next ret_null
bpf_iter_css_destroy common iter_destroy
bpf_iter_task_new common iter_new trusted_args rcu_protected
bpf_iter_task_next common iter_next ret_null
bpf_iter_task_destroy common iter_destroy
bpf_dynptr_adjust common
bpf_dynptr_is_null common
bpf_dynptr_is_rdonly common
bpf_dynptr_size common
bpf_dynptr_clone common
bpf_dynptr_copy common
bpf_dynptr_memset common
bpf_modify_return_test_tp common
bpf_wq_init common
bpf_wq_set_callback_impl common
bpf_wq_start common
bpf_preempt_disable common
bpf_preempt_enable common
bpf_iter_bits_new common iter_new
bpf_iter_bits_next common iter_next ret_null
bpf_iter_bits_destroy common iter_destroy
bpf_copy_from_user_str common sleepable
bpf_copy_from_user_task_str common sleepable
bpf_get_kmem_cache common
bpf_iter_kmem_cache_new common iter_new sleepable
bpf_iter_kmem_cache_next common iter_next ret_null sleepable
bpf_iter_kmem_cache_destroy common iter_destroy sleepable
bpf_local_irq_save common
bpf_local_irq_restore common
bpf_probe_read_user_dynptr common
bpf_probe_read_kernel_dynptr common
bpf_probe_read_user_str_dynptr common
bpf_probe_read_kernel_str_dynptr common
bpf_copy_from_user_dynptr common sleepable
bpf_copy_from_user_str_dynptr common sleepable
bpf_copy_from_user_task_dynptr common sleepable trusted_args
bpf_copy_from_user_task_str_dynptr common sleepable trusted_args
bpf_iter_dmabuf_new common iter_new sleepable
bpf_iter_dmabuf_next common iter_next ret_null sleepable
bpf_iter_dmabuf_destroy common iter_destroy sleepable
__bpf_trap common
bpf_strcmp common
bpf_strcasecmp common
bpf_strchr common
bpf_strchrnul common
bpf_strnchr common
bpf_strrchr common
bpf_strlen common
bpf_strnlen common
bpf_strspn common
bpf_strcspn common
bpf_strstr common
bpf_strnstr common
bpf_cgroup_read_xattr common rcu
bpf_stream_vprintk_impl common trusted_args
bpf_task_work_schedule_signal_impl common trusted_args
bpf_task_work_schedule_resume_impl common trusted_args
bpf_map_sum_elem_count common trusted_args
bpf_arena_alloc_pages common trusted_args sleepable
bpf_arena_free_pages common trusted_args sleepable
bpf_arena_reserve_pages common trusted_args sleepable
bpf_res_spin_lock common ret_null
bpf_res_spin_unlock common
bpf_res_spin_lock_irqsave common ret_null
bpf_res_spin_unlock_irqrestore common
bpf_xdp_metadata_rx_timestamp common trusted_args
bpf_xdp_metadata_rx_hash common trusted_args
bpf_xdp_metadata_rx_vlan_tag common trusted_args
bpf_cpumask_create cpumask acquire ret_null
bpf_cpumask_release cpumask release
bpf_cpumask_acquire cpumask acquire trusted_args
bpf_cpumask_first cpumask rcu
bpf_cpumask_first_zero cpumask rcu
bpf_cpumask_first_and cpumask rcu
bpf_cpumask_set_cpu cpumask rcu
bpf_cpumask_clear_cpu cpumask rcu
bpf_cpumask_test_cpu cpumask rcu
bpf_cpumask_test_and_set_cpu cpumask rcu
bpf_cpumask_test_and_clear_cpu cpumask rcu
bpf_cpumask_setall cpumask rcu
bpf_cpumask_clear cpumask rcu
bpf_cpumask_and cpumask rcu
bpf_cpumask_or cpumask rcu
bpf_cpumask_xor cpumask rcu
bpf_cpumask_equal cpumask rcu
bpf_cpumask_intersects cpumask rcu
bpf_cpumask_subset cpumask rcu
bpf_cpumask_empty cpumask rcu
bpf_cpumask_full cpumask rcu
bpf_cpumask_copy cpumask rcu
bpf_cpumask_any_distribute cpumask rcu
bpf_cpumask_any_and_distribute cpumask rcu
bpf_cpumask_weight cpumask rcu
bpf_cpumask_populate cpumask rcu
bpf_dynptr_from_skb skb trusted_args
bpf_dynptr_from_skb_meta skb_meta trusted_args
bpf_dynptr_from_xdp xdp
bpf_xdp_pull_data xdp
bpf_xdp_get_xfrm_state xdp acquire ret_null
bpf_xdp_xfrm_state_release xdp release
bpf_sk_assign_tcp_reqsk tc trusted_args
bpf_sock_addr_set_sun_path cgroup
bpf_sock_ops_enable_tx_tstamp cgroup trusted_args
bpf_xdp_ct_alloc conntrack acquire ret_null
bpf_xdp_ct_lookup conntrack acquire ret_null
bpf_skb_ct_alloc conntrack acquire ret_null
bpf_skb_ct_lookup conntrack acquire ret_null
bpf_ct_insert_entry conntrack acquire ret_null release
bpf_ct_release conntrack release
bpf_ct_set_timeout conntrack trusted_args
bpf_ct_change_timeout conntrack trusted_args
bpf_ct_set_status conntrack trusted_args
bpf_ct_change_status conntrack trusted_args
bpf_ct_set_nat_info conntrack trusted_args
bpf_crypto_encrypt crypto rcu
bpf_crypto_decrypt crypto rcu
bpf_crypto_ctx_create crypto_init acquire ret_null sleepable
bpf_crypto_ctx_release crypto_init release
bpf_crypto_ctx_acquire crypto_init acquire rcu ret_null
css_rstat_updated rstat
css_rstat_flush rstat sleepable
bpf_kfunc_call_test_release test release
bpf_kfunc_call_memb_release test release
tcp_reno_ssthresh struct_ops
tcp_reno_cong_avoid struct_ops
tcp_reno_undo_cwnd struct_ops
tcp_slow_start struct_ops
tcp_cong_avoid_ai struct_ops
cubictcp_init struct_ops
cubictcp_recalc_ssthresh struct_ops
cubictcp_cong_avoid struct_ops
cubictcp_state struct_ops
cubictcp_cwnd_event struct_ops
cubictcp_acked struct_ops
bbr_init struct_ops
bbr_main struct_ops
bbr_sndbuf_expand struct_ops
bbr_undo_cwnd struct_ops
bbr_cwnd_event struct_ops
bbr_ssthresh struct_ops
bbr_min_tso_segs struct_ops
bbr_set_state struct_ops
bpf_get_task_exe_file fs acquire trusted_args ret_null
bpf_put_file fs release
bpf_path_d_path fs trusted_args
bpf_get_dentry_xattr fs sleepable trusted_args
bpf_get_file_xattr fs sleepable trusted_args
bpf_set_dentry_xattr fs sleepable trusted_args
bpf_remove_dentry_xattr fs sleepable trusted_args
bpf_sock_destroy sock_iter trusted_args
bpf_session_is_return kprobe_session
bpf_session_cookie kprobe_session
bpf_fentry_test1 modify_return
bpf_modify_return_test modify_return
bpf_modify_return_test2 modify_return sleepable
`
