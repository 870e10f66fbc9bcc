// tcpdump expressions to classic BPF to eBPF.
export { type ClassicResult, toClassic } from './classic.ts'
export { type Direction, type Expression, type ParsedFilter, parseFilter } from './expression.ts'
export { toExtended } from './extended.ts'
export { type ClassicInsn, printClassic, runClassic } from './instruction.ts'
export type { Protocol } from './names.ts'
