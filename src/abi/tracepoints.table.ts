// Tracepoints that the simulated kernel fires: the records that programs of type tracepoint are given. Behind the common 8 bytes, each field
// as 'name offset size'; `text` is a character array, `loc` a __data_loc word (length << 16 | offset) of a text at the record's end.
// Source: format files of /sys/kernel/tracing/events of a running 6.18 (x86-64).
export const TRACEPOINTS = `
sched/sched_switch: prev_comm 8 16 text, prev_pid 24 4, prev_prio 28 4, prev_state 32 8, next_comm 40 16 text, next_pid 56 4, next_prio 60 4
sched/sched_wakeup: comm 8 16 text, pid 24 4, prio 28 4, target_cpu 32 4
sched/sched_wakeup_new: comm 8 16 text, pid 24 4, prio 28 4, target_cpu 32 4
sched/sched_waking: comm 8 16 text, pid 24 4, prio 28 4, target_cpu 32 4
sched/sched_process_fork: parent_comm 8 4 loc, parent_pid 12 4, child_comm 16 4 loc, child_pid 20 4
sched/sched_process_exec: filename 8 4 loc, pid 12 4, old_pid 16 4
sched/sched_prepare_exec: interp 8 4 loc, filename 12 4 loc, pid 16 4, comm 20 4 loc
sched/sched_process_exit: comm 8 16 text, pid 24 4, prio 28 4, group_dead 32 1
sched/sched_process_free: comm 8 4 loc, pid 12 4, prio 16 4
sched/sched_process_wait: comm 8 4 loc, pid 12 4, prio 16 4
sched/sched_migrate_task: comm 8 4 loc, pid 12 4, prio 16 4, orig_cpu 20 4, dest_cpu 24 4
sched/sched_stat_runtime: comm 8 4 loc, pid 12 4, runtime 16 8
signal/signal_generate: sig 8 4, errno 12 4, code 16 4, comm 20 16 text, pid 36 4, group 40 4, result 44 4
signal/signal_deliver: sig 8 4, errno 12 4, code 16 4, sa_handler 24 8, sa_flags 32 8
task/task_newtask: pid 8 4, comm 12 16 text, clone_flags 32 8, oom_score_adj 40 2
task/task_rename: pid 8 4, oldcomm 12 16 text, newcomm 28 16 text, oom_score_adj 44 2
raw_syscalls/sys_enter: id 8 8, args 16 48
raw_syscalls/sys_exit: id 8 8, ret 16 8
sock/inet_sock_set_state: skaddr 8 8, oldstate 16 4, newstate 20 4, sport 24 2, dport 26 2, family 28 2, protocol 30 2, saddr 32 4, daddr 36 4, saddr_v6 40 16, daddr_v6 56 16
exceptions/page_fault_user: address 8 8, ip 16 8, error_code 24 8
cgroup/cgroup_attach_task: dst_root 8 4, dst_level 12 4, dst_id 16 8, pid 24 4, dst_path 28 4 loc, comm 32 4 loc
cgroup/cgroup_mkdir: root 8 4, level 12 4, id 16 8, path 24 4 loc
`
