// Closed sets and invariants. A broken invariant is a defect of ours, so it throws; user mistakes never come this way.

/** Ends every switch over a closed set: a case that is left out is a type error, and at run time a defect with the value named. */
export function never(x: never): never {
  throw new Error(`unreachable: ${JSON.stringify(x)}`)
}

/** States an invariant of ours. Throws when it does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`)
}
