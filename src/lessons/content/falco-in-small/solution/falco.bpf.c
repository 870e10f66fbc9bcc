// Falco in small: rules over system calls, alerts with their container.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

enum rule { SHELL_IN_CONTAINER = 1, SENSITIVE_FILE = 2 };

struct alert {
	__u32 pid;
	__u32 rule;
	char comm[16];
	char parent[16];
	char container[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} alerts SEC(".maps");

static __always_inline void raise(struct task_struct *task, enum rule rule)
{
	struct alert *a = bpf_ringbuf_reserve(&alerts, sizeof(*a), 0);
	if (!a)
		return;
	a->pid = BPF_CORE_READ(task, tgid);
	a->rule = rule;
	bpf_get_current_comm(a->comm, sizeof(a->comm));
	BPF_CORE_READ_STR_INTO(&a->parent, task, real_parent, comm);
	bpf_probe_read_kernel_str(a->container, sizeof(a->container), BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, name));
	bpf_ringbuf_submit(a, 0);
}

static __always_inline bool is_shell(const char *comm)
{
	return bpf_strncmp(comm, 5, "bash") == 0 || bpf_strncmp(comm, 5, "dash") == 0 || bpf_strncmp(comm, 3, "sh") == 0;
}

/* Containers have a process namespace of their own, below the machine's. */
static __always_inline bool in_container(struct task_struct *task)
{
	return BPF_CORE_READ(task, thread_pid, level) > 0;
}

/* The runtime starts what the image or a health check asks for. */
static __always_inline bool started_by_runtime(struct task_struct *task)
{
	char parent[16];

	BPF_CORE_READ_STR_INTO(&parent, task, real_parent, comm);
	return bpf_strncmp(parent, 15, "containerd-shim") == 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	if (is_shell(comm) && in_container(task) && !started_by_runtime(task))
		raise(task, SHELL_IN_CONTAINER);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char path[16];

	bpf_probe_read_user_str(path, sizeof(path), (void *)ctx->args[1]);
	if (bpf_strncmp(path, 12, "/etc/shadow") == 0 && in_container(task))
		raise(task, SENSITIVE_FILE);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
