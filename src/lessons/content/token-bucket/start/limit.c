// A bucket of tokens: a packet takes one, and each millisecond brings one, three at most.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MS 1000000ULL
#define MOST 3

struct bucket {
	struct bpf_spin_lock lock;
	__u32 started;
	__u64 tokens;
	__u64 filled;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

SEC("xdp")
int limit(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct bucket *b = bpf_map_lookup_elem(&buckets, &zero);
	int verdict = XDP_DROP;

	if (!b)
		return XDP_ABORTED;
	bpf_spin_lock(&b->lock);
	__u64 now = bpf_ktime_get_ns();
	if (!b->started) {
		b->started = 1;
		b->tokens = MOST;
		b->filled = now;
	}
	__u64 fresh = (now - b->filled) / MS;
	b->filled += fresh * MS;
	b->tokens += fresh;
	if (b->tokens > MOST)
		b->tokens = MOST;
	if (b->tokens > 0) {
		b->tokens--;
		verdict = XDP_PASS;
	}
	bpf_spin_unlock(&b->lock);
	return verdict;
}

char LICENSE[] SEC("license") = "GPL";
