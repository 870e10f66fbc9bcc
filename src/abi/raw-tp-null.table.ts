// Arguments of tracepoints that may be NULL (1) or hold an error number in place of a pointer (2), a hexadecimal digit an argument, the first
// one lowest. All other pointers are valid. Read off Linux 6.18 by probing every argument of its 1,601 tracepoints.
// Linux: raw_tp_null_args[] in kernel/bpf/btf.c.

export const RAW_TP_NULL_LINES = `
break_lease_block 10
break_lease_noblock 10
break_lease_unblock 10
ext4_mballoc_discard 10
ext4_mballoc_free 10
fcntl_setlk 10
fib_table_lookup 100
flock_lock_inode 10
folio_wait_writeback 10
generic_delete_lease 10
hugetlbfs_alloc_inode 10
kfree_skb 1000
locks_remove_posix 10
mm_collapse_huge_page_isolate 1
mm_khugepaged_collapse_file 10
mm_khugepaged_scan_file 10
mm_khugepaged_scan_pmd 10
mm_page_alloc 1
mm_page_alloc_zone_locked 1
mm_page_pcpu_drain 1
posix_lock_inode 10
qdisc_dequeue 1000
sched_pi_setprio 10
sched_stick_numa 100
sched_swap_numa 100
tcp_send_reset 11
tcp_sendmsg_locked 100
time_out_leases 10
tmigr_update_events 1
writeback_dirty_folio 10
xfs_blockgc_flush_all 1
xfs_blockgc_free_space 10
xfs_blockgc_start 1
xfs_blockgc_stop 1
xfs_blockgc_worker 1
xfs_btree_overlapped_query_range 100
xfs_btree_updkeys 100
xfs_defer_add_item 1
xfs_defer_cancel_item 1
xfs_defer_cancel_list 1
xfs_defer_create_intent 1
xfs_defer_finish_item 1
xfs_defer_isolate_paused 1
xfs_defer_item_pause 1
xfs_defer_item_unpause 1
xfs_defer_pending_abort 1
xfs_defer_pending_finish 1
xfs_defer_relog_intent 1
xfs_fs_sync_fs 1
xfs_inodegc_flush 1
xfs_inodegc_push 1
xfs_inodegc_queue 1
xfs_inodegc_start 1
xfs_inodegc_stop 1
xfs_inodegc_throttle 1
xfs_ioc_free_eofblocks 10
xfs_map_blocks_alloc 10000
xfs_map_blocks_found 10000
`
