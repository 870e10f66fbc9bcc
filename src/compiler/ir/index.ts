// The intermediate representation: types, making, printing, checking.
export * from './build.ts'
export * from './cfg.ts'
export { parseModule } from './parse.ts'
export { printFunc, printInstr, printModule, printValue } from './print.ts'
export type * from './types.ts'
export { validateFunc, validateModule } from './validate.ts'
