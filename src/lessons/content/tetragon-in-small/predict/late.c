// Tetragon in small: who runs what in which pod, and policies that stop it.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1
#define SIGKILL 9
#define AF_INET 2

struct process {
	__u32 pid;
	__u32 parent;
	__u64 cgroup;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} processes SEC(".maps");

/* The agent puts in the cgroup of every container whose pod has the label app=shop. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u32);
} policed SEC(".maps");

static __always_inline bool is_policed(void)
{
	__u64 cgroup = bpf_get_current_cgroup_id();

	return bpf_map_lookup_elem(&policed, &cgroup) != NULL;
}

SEC("tracepoint/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	char path[8] = {};

	struct process *p = bpf_ringbuf_reserve(&processes, sizeof(*p), 0);
	if (p) {
		p->pid = BPF_CORE_READ(task, tgid);
		p->parent = BPF_CORE_READ(task, real_parent, tgid);
		p->cgroup = bpf_get_current_cgroup_id();
		bpf_get_current_comm(p->comm, sizeof(p->comm));
		bpf_ringbuf_submit(p, 0);
	}
	bpf_probe_read_kernel_str(path, 6, (void *)ctx + (ctx->__data_loc_filename & 0xffff));
	return 0;
}

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), file->f_path.dentry->d_name.name);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_unlinkat")
int on_unlink(void *ctx)
{
	if (is_policed())
		bpf_send_signal(SIGKILL);
	return 0;
}

SEC("fmod_ret/security_socket_connect")
int BPF_PROG(on_connect, struct socket *sock, struct sockaddr *address, int length, int ret)
{
	return ret;
}

char LICENSE[] SEC("license") = "GPL";
