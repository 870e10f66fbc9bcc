// One object, many kernels: types of the kernel as far as they are needed, and offsets that the loader puts in.
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define CORE __attribute__((preserve_access_index))

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
	unsigned int __state;
} CORE;

/* As it was called before Linux 5.14. What stands behind ___ is no part of the name. */
struct task_struct___old {
	long state;
} CORE;

struct exec {
	__u32 pid;
	__u32 parent;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} execs SEC(".maps");

/* How often a process was taken off a CPU in each state: 0 = it could go on, 1 = it sleeps. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} states SEC(".maps");

SEC("raw_tp/sched_process_exec")
int on_exec(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = (void *)ctx->args[0];
	struct exec *e = bpf_ringbuf_reserve(&execs, sizeof(*e), 0);

	if (!e)
		return 0;
	bpf_probe_read_kernel(&e->pid, sizeof(e->pid), &task->tgid);
	e->parent = BPF_CORE_READ(task, real_parent, tgid);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline long state_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	struct task_struct___old *old = (void *)task;
	return BPF_CORE_READ(old, state);
}

SEC("raw_tp/sched_switch")
int on_switch(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *previous = (void *)ctx->args[1];
	__u32 state = state_of(previous) & 1 ? 0 : 1;
	__u64 *count = bpf_map_lookup_elem(&states, &state);

	if (count && BPF_CORE_READ(previous, tgid) == 700)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
