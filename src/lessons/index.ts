// Lesson format, checks and grader; `content/` holds the lessons.
export { lessons } from './content/index.ts'
export { type Example, exampleProject, examples } from './examples/index.ts'
export { grade } from './grade.ts'
export type { Check, CheckResult, Lesson, Text } from './types.ts'
