// Program to VerifyResult: Linux 6.18's verdict in Linux's words.
export type { StatesAt, StateView, StepTable, ValueView, Verification, VerifyOptions, VerifyResult, VerifyStats } from './types.ts'
