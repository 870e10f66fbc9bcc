// Eleven registers: a program in assembly, and what a call leaves of them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} bytes SEC(".maps");

/* bytes[CPU] += length of the packet */
SEC("xdp")
__attribute__((naked)) int measure(void)
{
	asm volatile(
		"r6 = r1;"                      /* ctx, kept where calls leave it */
		"call %[cpu];"                  /* r0 = number of this CPU */
		"*(u32 *)(r10 - 4) = r0;"       /* the key lies on the stack */
		"r2 = r10;"
		"r2 += -4;"
		"r1 = %[bytes] ll;"
		"call %[lookup];"
		"if r0 == 0 goto 1f;"
		"r7 = *(u32 *)(r6 + 4);"        /* data_end */
		"r8 = *(u32 *)(r6 + 0);"        /* data */
		
		"lock *(u64 *)(r0 + 0) += r7;"
		"1: r0 = 2;"                    /* XDP_PASS */
		"exit;"
		:
		: [cpu] "i"(bpf_get_smp_processor_id), [lookup] "i"(bpf_map_lookup_elem), [bytes] "i"(&bytes)
		: "memory");
}

char LICENSE[] SEC("license") = "GPL";
