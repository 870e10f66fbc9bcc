// The project that a first visit opens on: count packets by protocol in a map, drop one TCP port. The text is written for a newcomer
// and touches what the page can show: checked packet reads, a map that is looked up, bpf_printk, three exits with two answers.
// Invariant: it compiles without a warning and Linux accepts it; a test beside the engine says so.
import type { Project } from './project.ts'

const FIRST_STEPS = `// A firewall with a counter.
//
// Linux runs this program at XDP ("express data path"): once for
// each packet that arrives at eth0, before anything else has
// looked at it. It counts packets and bytes by protocol, and it
// drops TCP packets to port 8080.
//
// Try it: choose a packet under Run and step through it. Then
// change BLOCKED_PORT to 443, or take out one of the checks
// marked (!) and read what Linux says.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BLOCKED_PORT 8080

struct count {
	__u64 packets;
	__u64 bytes;
};

// A map is memory that the program shares with user space. This
// one has a slot for each of the 256 protocol numbers of IPv4:
// 1 is ICMP, 6 is TCP, 17 is UDP.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct count);
} counts SEC(".maps");

SEC("xdp")
int first_steps(struct xdp_md *ctx)
{
	// The packet lies between these two addresses. Linux lets
	// the program read no byte that was not first compared
	// with data_end.
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;

	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > data_end) // (!)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS; // not IPv4: let it go on

	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > data_end) // (!)
		return XDP_PASS;

	__u32 protocol = ip->protocol;
	struct count *count = bpf_map_lookup_elem(&counts, &protocol);
	if (count) { // (!) a lookup may find nothing
		count->packets += 1;
		count->bytes += data_end - data;
	}

	if (protocol != IPPROTO_TCP)
		return XDP_PASS;

	// An IPv4 header is ihl times 4 bytes long: 20 bytes, or up
	// to 60 with options.
	struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
	if ((void *)(tcp + 1) > data_end) // (!)
		return XDP_PASS;

	if (tcp->dest == bpf_htons(BLOCKED_PORT)) {
		bpf_printk("dropped: port %d", bpf_ntohs(tcp->dest));
		return XDP_DROP;
	}
	return XDP_PASS;
}

// Linux gives some helpers, bpf_printk among them, to programs
// under the GPL alone.
char LICENSE[] SEC("license") = "GPL";
`

export const defaultProject: Project = {
  version: 1,
  files: [{ path: 'first_steps.c', text: FIRST_STEPS }],
  build: { main: 'first_steps.c', cpu: 3, defines: {} },
  verifier: { logLevel: 1, flags: 0 },
  scenario: {
    seed: 1,
    nodes: [{ name: 'host', kind: 'host', interfaces: ['eth0'] }],
    attach: [{ program: 'first_steps', node: 'host', interface: 'eth0' }],
    maps: [],
    stimuli: [{ kind: 'capture', name: 'first-steps' }],
    views: [{ kind: 'table', map: 'counts' }],
  },
}
