// How like two words are: what was meant by a name that nobody declared.

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other; `limit` where it is that or more. */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      let d = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2] + 1)
      row.push(d)
      least = Math.min(least, d)
    }
    if (least >= limit) return limit
    before = previous
    previous = row
  }
  return previous[b.length]
}

/** The member that was meant, of those that there are. */
export function nearestOf(names: readonly string[], name: string): string | undefined {
  const limit = Math.floor((name.length + 2) / 3) + 1
  let best: string | undefined
  let bestDistance = limit
  for (const candidate of names) {
    const distance = editDistance(name, candidate, bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}
