// Text to tokens.
export { HEADER_FOLDER } from './include.ts'
export { type Preprocessed, preprocess } from './preprocess.ts'
export type { PreprocessInput } from './state.ts'
export { isName, isPunct, spell, type Token, type TokenKind } from './token.ts'
