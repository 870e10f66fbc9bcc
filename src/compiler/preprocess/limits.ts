// Budgets that bound every compilation; passing one is a diagnostic, never a hang.
export const MAX_EXPANDED_TOKENS = 200_000
export const MAX_INCLUDE_DEPTH = 32
export const MAX_CONDITIONAL_DEPTH = 256
/** Characters of all files that are read; of one that was read before, a quarter: its guard skips nearly all of it. */
export const MAX_SOURCE_CHARS = 8 << 20
/** Characters of one token that `#` or `##` makes. */
export const MAX_MADE_CHARS = 1 << 16
/** Macro calls within arguments of macro calls. */
export const MAX_ARGUMENT_DEPTH = 128
