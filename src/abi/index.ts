// Linux as data.
export type { ArgKind, CtxAccess, CtxField, CtxKind, HelperRow, MapTypeRow, ProgTypeRow, RetKind } from './types.ts'
