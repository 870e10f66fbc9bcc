// A whole number with its digits in groups of three, as both languages write it. The browser's own way loads its tables of all languages first, which is a
// good part of what the first look at the page costs.

export const grouped = (n: number): string =>
  Number.isInteger(n) && Math.abs(n) < 1e15 ? String(n).replace(/\B(?=(\d{3})+$)/g, ',') : n.toLocaleString('en')

/** A number with the English word for what is counted. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`
