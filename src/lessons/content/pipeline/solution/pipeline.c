// A pipeline of small programs, in the order that user space wants and may change while packets come.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum stage { ENTRY, BLOCK, COUNT, HOPS, STAGES };

int block(struct xdp_md *ctx);
int count(struct xdp_md *ctx);
int hops(struct xdp_md *ctx);

/* The programs. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, STAGES);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} stages SEC(".maps") = {
	.values = {
		[BLOCK] = &block,
		[COUNT] = &count,
		[HOPS] = &hops,
	},
};

/* Which stage follows each; ENTRY: none, the packet is through. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STAGES);
	__type(key, __u32);
	__type(value, __u32);
} order SEC(".maps");

/* What ENTRY has found out about the packet, for the stages behind it. */
struct note {
	__be32 source;
	__u32 protocol;
	__u32 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct note);
} notes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u8);
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} bytes SEC(".maps");

/* How often each stage ran. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STAGES);
	__type(key, __u32);
	__type(value, __u64);
} runs SEC(".maps");

static __always_inline struct note *note_of(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&notes, &zero);
}

/* On to what stands behind `stage`. Comes back only where that cannot be called. */
static __always_inline int next(struct xdp_md *ctx, __u32 stage)
{
	__u64 *n = bpf_map_lookup_elem(&runs, &stage);
	__u32 *behind = bpf_map_lookup_elem(&order, &stage);

	if (n)
		*n += 1;
	if (!behind)
		return XDP_ABORTED;
	if (*behind == ENTRY)
		return XDP_PASS;
	bpf_tail_call(ctx, &stages, *behind);
	return XDP_ABORTED;
}

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct note *note = note_of();

	if (!note || (void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	note->source = ip->saddr;
	note->protocol = ip->protocol;
	note->bytes = data_end - data;
	return next(ctx, ENTRY);
}

SEC("xdp")
int block(struct xdp_md *ctx)
{
	struct note *note = note_of();

	if (note && bpf_map_lookup_elem(&blocked, &note->source))
		return XDP_DROP;
	return next(ctx, BLOCK);
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	struct note *note = note_of();
	__u64 *sum = note ? bpf_map_lookup_elem(&bytes, &note->protocol) : NULL;

	if (sum)
		*sum += note->bytes;
	return next(ctx, COUNT);
}

/* One hop less; a packet's last one ends here. */
SEC("xdp")
int hops(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > data_end)
		return XDP_ABORTED;
	if (ip->ttl <= 1)
		return XDP_DROP;
	__u32 sum = ip->check + bpf_htons(0x0100);
	ip->check = sum + (sum >= 0xffff);
	ip->ttl--;
	return next(ctx, HOPS);
}

char LICENSE[] SEC("license") = "GPL";
