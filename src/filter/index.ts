// tcpdump expressions to classic BPF to eBPF.
export { type ClassicInsn, type ClassicResult, printClassic, runClassic, toClassic } from './classic.ts'
export { type Direction, type Expression, type ParsedFilter, type Protocol, parseFilter } from './expression.ts'
export { toExtended } from './extended.ts'
