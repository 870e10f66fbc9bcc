// What scripts/first-look.mjs puts in place of `virtual:first-answer`.
declare module 'virtual:first-answer' {
  export const answer: import('../../worker/index.ts').FirstAnswer
}
