// Where things lie in the simulated kernel's address space. Everything in Ram is seen through one linear window, as Linux
// maps physical memory; what Linux takes from vmalloc (program stacks, xdp_buff) has its own window. All addresses are
// made up, the same in every run, and look like those of x86-64.
//
//   0xffff8881_04000000 + ram offset    maps, packets, socket buffers
//   0xffffc900_00a10000 downwards       stack frames; above it the XDP context
//   0xffffffff_c0000000 + 8 * slot      functions (see vm)

export const DIRECT_HI = 0xffff8881 | 0
const DIRECT_LO = 0x04000000

export const VMALLOC_HI = 0xffffc900 | 0
/** r10 of the outermost frame. */
export const STACK_TOP_LO = 0x00a10000
export const XDP_BUFF_LO = 0x00a20d50
/** struct sk_buff, struct sock, struct net_device and struct bpf_map come out of slabs. */
export const SKB_LO = 0x0200a100
export const SOCK_LO = 0x0200b000
export const FLOW_KEYS_LO = 0x0200c000
export const MAP_LO = 0x02100000
/** Distance of the structs bpf_map. */
export const MAP_STRIDE = 0x800

/** Lower half of the address of a Ram offset; the upper half is DIRECT_HI. */
export const directLo = (ram: number): number => (DIRECT_LO + ram) | 0
/** Ram offset of an address in the linear window. */
export const directRam = (lo: number): number => (lo - DIRECT_LO) >>> 0
