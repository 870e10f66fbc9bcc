// Text to tokens.
export { folderOf, HEADER_FOLDER } from './include.ts'
export type { LexerMark } from './lex.ts'
export { type Preprocessed, preprocess } from './preprocess.ts'
export { type LeadingDirective, leadingDirectives, openMain, readDirective, readRest, resumeState, startState } from './segments.ts'
export type { SkimmedName } from './skim.ts'
export type { Deferred, Macro, PreprocessInput, State } from './state.ts'
export { isName, isPunct, spell, type Token, type TokenKind } from './token.ts'
