// How long do system calls take, and how long do processes wait for a CPU?
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SLOTS 32

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} ready SEC(".maps");

/* Slot n counts times of 2^n to 2^(n+1) - 1 microseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} reads SEC(".maps"), waits SEC(".maps");

static __always_inline __u32 log2_of(__u64 n)
{
	__u32 result = 0;

	for (int i = 0; i < SLOTS - 1; i++) {
		n >>= 1;
		if (n == 0)
			break;
		result++;
	}
	return result;
}

static __always_inline void count(void *histogram, __u64 since)
{
	__u32 slot = log2_of((bpf_ktime_get_ns() - since) / 1000);
	__u64 *times = bpf_map_lookup_elem(histogram, &slot);

	if (times)
		__sync_fetch_and_add(times, 1);
}

SEC("tracepoint/syscalls/sys_enter_read")
int read_begins(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &id, &now, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_read")
int read_ends(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u64 *since = bpf_map_lookup_elem(&started, &id);

	if (since) {
		count(&reads, *since);
		bpf_map_delete_elem(&started, &id);
	}
	return 0;
}

static __always_inline void is_ready(__u32 pid)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&ready, &pid, &now, BPF_ANY);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *task)
{
	is_ready(task->pid);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(born, struct task_struct *task)
{
	is_ready(task->pid);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *previous, struct task_struct *next)
{
	__u32 pid = next->pid;

	__u64 *since = bpf_map_lookup_elem(&ready, &pid);
	if (since) {
		count(&waits, *since);
		bpf_map_delete_elem(&ready, &pid);
	}
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
