// Linux as data: helpers, map types, program types, contexts, constants and the C headers that are made from them.
export { bpfMacros, constants, type EnumRow, enums } from './constants.ts'
export { ctxAccess, ctxKnown } from './ctx.ts'
export { ctxFields } from './ctx-fields.ts'
export { errnoName, errnoNumber, errnos } from './errno.ts'
export { helperAllowed, helperById, helperByName, helpers, type KindParts, splitKind } from './helpers.ts'
export { mapType, mapTypeById, mapTypes } from './map-types.ts'
export { progType, progTypeById, progTypeBySection, progTypes } from './prog-types.ts'
export type { ArgKind, CtxAccess, CtxField, CtxKind, HelperRow, MapTypeRow, ProgTypeRow, RetKind } from './types.ts'
