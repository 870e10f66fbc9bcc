#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct table {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} today SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct table);
} tables SEC(".maps") = { .values = { [0] = &today } };

SEC("xdp")
int sort(struct xdp_md *ctx)
{
	__u32 zero = 0;
	void *table = bpf_map_lookup_elem(&tables, &zero);
	__u64 *value = bpf_map_lookup_elem(table, &zero);

	return value && *value ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
