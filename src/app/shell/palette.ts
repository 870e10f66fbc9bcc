// What the command palette offers and how it is searched: the page's commands, its files, panels, examples and settings as one list. Pure.
// A text matches when the letters of what was typed come in it in order; whole words and beginnings of words count more.

export interface PaletteItem {
  readonly id: string
  readonly label: string
  /** What kind of thing it is ("Command", "Example", "File"). */
  readonly kind: string
  /** Key combination as it stands on the keyboard; empty where it has none. */
  readonly keys: string
  readonly run: () => void
}

const MAX_SHOWN = 60

export function searchPalette(items: readonly PaletteItem[], wanted: string): readonly PaletteItem[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const scored = items.flatMap((item, at) => {
    const text = `${item.label} ${item.kind}`.toLowerCase()
    let score = 0
    for (const word of words) {
      const s = scoreOf(text, word)
      if (s < 0) return []
      score += s
    }
    return [{ item, score, at }]
  })
  scored.sort((a, b) => b.score - a.score || a.at - b.at)
  return scored.slice(0, MAX_SHOWN).map((s) => s.item)
}

/** How well a word fits; -1 where it does not. */
export function scoreOf(text: string, word: string): number {
  const at = text.indexOf(word)
  if (at >= 0) return 100 - Math.min(at, 40) + (at === 0 || text[at - 1] === ' ' ? 50 : 0)
  let from = 0
  let gaps = 0
  for (const letter of word) {
    const next = text.indexOf(letter, from)
    if (next < 0) return -1
    gaps += next - from
    from = next + letter.length
  }
  return gaps > 12 ? -1 : 12 - gaps
}
