// Pixie in small: HTTP requests and their latencies, seen from system calls. Nothing in the applications is changed.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* What a call was given: at its return the arguments are gone. */
struct io_call {
	__u64 buffer;
	__u32 fd;
};

struct http_connection {
	__u32 process;
	__u32 fd;
};

struct http_request {
	__u64 at;
	char head[32];
};

struct http_record {
	__u64 latency; /* nanoseconds */
	__u32 pid;
	char comm[16];
	char status[4];
	char head[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct io_call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct http_connection);
	__type(value, struct http_request);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} records SEC(".maps");

static __always_inline int begin(struct trace_event_raw_sys_enter *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct io_call call = { .buffer = ctx->args[1], .fd = ctx->args[0] };

	bpf_map_update_elem(&calls, &id, &call, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_read")
int read_begins(struct trace_event_raw_sys_enter *ctx)
{
	return begin(ctx);
}

SEC("tracepoint/syscalls/sys_enter_write")
int write_begins(struct trace_event_raw_sys_enter *ctx)
{
	return begin(ctx);
}

static __always_inline bool is_request(const char *head)
{
	return bpf_strncmp(head, 4, "GET ") == 0 || bpf_strncmp(head, 5, "POST ") == 0;
}

SEC("tracepoint/syscalls/sys_exit_read")
int read_ends(struct trace_event_raw_sys_exit *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct io_call *call = bpf_map_lookup_elem(&calls, &id);

	if (!call || ctx->ret <= 0)
		return 0;
	struct http_connection connection = { .process = id >> 32, .fd = call->fd };
	struct http_request request = { .at = bpf_ktime_get_ns() };
	bpf_probe_read_user(request.head, sizeof(request.head) - 1, (void *)call->buffer);
	if (is_request(request.head))
		bpf_map_update_elem(&requests, &connection, &request, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_write")
int write_ends(struct trace_event_raw_sys_exit *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct io_call *call = bpf_map_lookup_elem(&calls, &id);
	char answer[16] = {};

	if (!call || ctx->ret <= 0)
		return 0;
	struct http_connection connection = { .process = id >> 32, .fd = call->fd };
	struct http_request *request = bpf_map_lookup_elem(&requests, &connection);
	bpf_probe_read_user(answer, sizeof(answer) - 1, (void *)call->buffer);
	if (!request || bpf_strncmp(answer, 7, "HTTP/1.") != 0)
		return 0;
	struct http_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (r) {
		r->latency = bpf_ktime_get_ns() - request->at;
		r->pid = id >> 32;
		bpf_get_current_comm(r->comm, sizeof(r->comm));
		__builtin_memcpy(r->status, answer + 9, 3);
		r->status[3] = 0;
		__builtin_memcpy(r->head, request->head, sizeof(r->head));
		bpf_ringbuf_submit(r, 0);
	}
	bpf_map_delete_elem(&requests, &connection);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
