// Where things lie in the simulated kernel's address space. Everything in Ram is seen through one linear window, as Linux
// maps physical memory; what Linux takes from vmalloc (program stacks, xdp_buff) has its own window. All addresses are
// made up, the same in every run, and look like those of x86-64. The lower half of an address of bytes is their offset in Ram (see
// vm's memory.ts); what has no bytes lies in the upper half of the four gigabytes.
//
//   0xffff8881_00000000 + ram offset    maps, packets
//   0xffff8881_8200a100                 socket buffers; 0xffff8881_82100000 structs bpf_map; 0xffff8881_8b000000 sockets
//   0xffffc900_00000000 + ram offset    stack frames
//   0xffffc900_80a20d50                 the XDP context
//   0xffffffff_c0000000 + 8 * slot      functions (see vm)

export const DIRECT_HI = 0xffff8881 | 0

export const VMALLOC_HI = 0xffffc900 | 0
export const XDP_BUFF_LO = 0x80a20d50 | 0
/** struct sk_buff and struct bpf_map come out of slabs. */
export const SKB_LO = 0x8200a100 | 0
/** Sockets by number, 256 bytes each (sock.ts). */
export const SOCK_LO = 0x8b000000 | 0
export const MAP_LO = 0x82100000 | 0
/** Distance of the structs bpf_map. */
export const MAP_STRIDE = 0x800

/** Lower half of the address of the struct bpf_map of the kernel's map at an index. */
export const mapStructLo = (index: number): number => MAP_LO + index * MAP_STRIDE

/** Whether an address lies where the structs bpf_map do. */
export const isInMapStruct = (address: bigint): boolean =>
  Number(address >> 32n) === DIRECT_HI >>> 0 &&
  Number(address & 0xffffffffn) >= MAP_LO >>> 0 &&
  Number(address & 0xffffffffn) < SOCK_LO >>> 0
