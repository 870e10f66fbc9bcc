// Drop HTTP GET requests over UDP, whatever the case of the letters.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct line {
	char text[280];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct line);
} scratch SEC(".maps");

static __noinline int is_get(struct xdp_md *ctx)
{
	struct line upper = {};

	if (bpf_xdp_load_bytes(ctx, 42, upper.text, 3))
		return 0;
	for (int i = 0; i < 3; i++)
		upper.text[i] &= ~32;
	return upper.text[0] == 'G' && upper.text[1] == 'E' && upper.text[2] == 'T';
}

SEC("xdp")
int no_get(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct line *line = bpf_map_lookup_elem(&scratch, &zero);
	if (!line)
		return XDP_PASS;

	if (bpf_xdp_load_bytes(ctx, 42, line->text, 8))
		return XDP_PASS;
	if (line->text[0] == '#')
		return XDP_PASS; // a comment
	if (is_get(ctx))
		return XDP_ABORTED;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
