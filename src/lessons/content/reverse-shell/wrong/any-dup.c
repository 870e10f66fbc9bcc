// A reverse shell: a program that starts with a connection as its input.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct connection {
	__u32 process;
	__u32 fd;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct connection);
	__type(value, __u32);
} connected SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} wired SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} alerts SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_connect")
int on_connect(struct trace_event_raw_sys_enter *ctx)
{
	struct connection c = { .process = bpf_get_current_pid_tgid() >> 32, .fd = ctx->args[0] };
	__u32 one = 1;

	bpf_map_update_elem(&connected, &c, &one, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_dup2")
int on_dup2(struct trace_event_raw_sys_enter *ctx)
{
	struct connection c = { .process = bpf_get_current_pid_tgid() >> 32, .fd = ctx->args[0] };
	__u32 one = 1;

	if (ctx->args[1] == 0)
		bpf_map_update_elem(&wired, &c.process, &one, BPF_ANY);
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_map_lookup_elem(&wired, &pid))
		bpf_ringbuf_output(&alerts, &pid, sizeof(pid), 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
