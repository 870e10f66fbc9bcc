// Ends every switch over a closed set: a case that is left out is a type error, and at run time a defect with the value named.
export function never(x: never): never {
  throw new Error(`unreachable: ${JSON.stringify(x)}`)
}
