// Ten programs, ten rejections. Mend them one by one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 counters[4];

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("xdp")
int no_bounds(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *data_end = (void *)(long)ctx->data_end;

	if (data + 1 > data_end)
		return XDP_PASS;
	return data[0] == 0xff ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int no_null(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&seen, &key);

	if (!value)
		return XDP_PASS;
	*value += 1;
	return *value > 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int wide_index(struct xdp_md *ctx)
{
	__u32 index = ctx->rx_queue_index;

	if (index < 4)
		counters[index] += 1;
	return XDP_PASS;
}

SEC("xdp")
int leak(struct xdp_md *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!record)
		return XDP_PASS;
	*record = ctx->data_end - ctx->data;
	if (*record < 60) {
		bpf_ringbuf_discard(record, 0);
		return XDP_DROP;
	}
	bpf_ringbuf_submit(record, 0);
	return XDP_PASS;
}

SEC("xdp")
int stale(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_head(ctx, 4))
		return XDP_DROP;
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	if (data + 1 > data_end)
		return XDP_DROP;
	return *(__u8 *)data == 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int other_helper(struct xdp_md *ctx)
{
	__u8 first;

	if (bpf_xdp_load_bytes(ctx, 0, &first, 1))
		return XDP_PASS;
	return first == 0xff ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int free_size(struct xdp_md *ctx)
{
	__u8 bytes[16] = {};

	if (bpf_xdp_load_bytes(ctx, 0, bytes, 14))
		return XDP_PASS;
	return bytes[12] == 8 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int own_context(struct xdp_md *ctx)
{
	if (ctx->rx_queue_index == 7)
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int no_end(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int past_the_stack(struct xdp_md *ctx)
{
	__u8 old[4] = {};

	old[ctx->rx_queue_index & 3] = 1;
	return old[0] ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
