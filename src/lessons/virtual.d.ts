// What scripts/lessons.mjs puts in place of `virtual:lessons`.
declare module 'virtual:lessons' {
  export const course: readonly import('./content.ts').CourseRow[]
  export const load: Readonly<Record<string, () => Promise<{ readonly files: Readonly<Record<string, string>> }>>>
}
