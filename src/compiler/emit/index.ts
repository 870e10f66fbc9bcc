// The last phase: code and variables become an object file.
export { emit, type Unit } from './emit.ts'
