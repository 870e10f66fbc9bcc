// A short log to try the reader with, in the words of Linux 6.x.
export const SAMPLE_LOG = `0: R1=ctx() R10=fp0
; void *data = (void *)(long)ctx->data; @ parse.bpf.c:11
0: (61) r2 = *(u32 *)(r1 +0)          ; R1=ctx() R2=pkt(r=0)
; void *data_end = (void *)(long)ctx->data_end; @ parse.bpf.c:12
1: (61) r3 = *(u32 *)(r1 +4)          ; R1=ctx() R3=pkt_end()
; if (data + 14 > data_end) @ parse.bpf.c:14
2: (bf) r4 = r2                       ; R2=pkt(r=0) R4=pkt(r=0)
3: (07) r4 += 14                      ; R4=pkt(off=14,r=0)
4: (2d) if r4 > r3 goto pc+2          ; R3=pkt_end() R4=pkt(off=14,r=14)
; return ip->ttl; @ parse.bpf.c:16
5: (71) r0 = *(u8 *)(r2 +22)
invalid access to packet, off=22 size=1, R2(id=0,off=22,r=14)
R2 offset is outside of the packet
processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`
