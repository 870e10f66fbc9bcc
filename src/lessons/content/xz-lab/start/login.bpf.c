// The XZ lab: a library that hooks the login service. Find it, then stop what it is for.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1
#define PROT_WRITE 2

struct alert {
	__u32 pid;
	__u32 protection;
	__u64 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} alerts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 128);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, 127 * sizeof(__u64));
} stacks SEC(".maps");

struct caller {
	__u32 pid;
	__s32 stack;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, struct caller);
	__type(value, __u64);
} callers SEC(".maps");

/* Processes in which a key was really checked. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} checked SEC(".maps");

static __always_inline bool is_sshd(void)
{
	char comm[16];

	bpf_get_current_comm(comm, sizeof(comm));
	return bpf_strncmp(comm, 5, "sshd") == 0;
}

SEC("tracepoint/syscalls/sys_enter_mprotect")
int on_mprotect(struct trace_event_raw_sys_enter *ctx)
{
	/* only sshd, and only where something becomes writable */
	struct alert *a = bpf_ringbuf_reserve(&alerts, sizeof(*a), 0);
	if (!a)
		return 0;
	a->pid = bpf_get_current_pid_tgid() >> 32;
	a->protection = ctx->args[2];
	a->address = ctx->args[0];
	bpf_ringbuf_submit(a, 0);
	return 0;
}

SEC("uprobe//usr/lib/x86_64-linux-gnu/libcrypto.so.3:RSA_public_decrypt")
int BPF_KPROBE(on_decrypt)
{
	struct caller caller = { .pid = bpf_get_current_pid_tgid() >> 32 };
	__u64 one = 1;

	/* the stack of user space: who called? */
	return 0;
}

SEC("uretprobe//usr/lib/x86_64-linux-gnu/libcrypto.so.3:RSA_public_decrypt")
int BPF_KRETPROBE(decrypted, int bytes)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32, yes = 1;

	/* a key was checked in this process */
	return 0;
}

SEC("lsm/bprm_check_security")
int BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 pid = BPF_CORE_READ(task, tgid);
	__u32 parent = BPF_CORE_READ(task, real_parent, tgid);

	/* sshd may only start something where a key was checked */
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
