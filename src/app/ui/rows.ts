// Which rows of a long list are seen, and how far a list is scrolled to show one. All rows are of one height. Pure; pixels and row indices.

export interface Rows {
  readonly count: number
  /** Of one row, pixels. */
  readonly rowHeight: number
}

export interface View {
  /** Pixels that the list is scrolled down. */
  readonly top: number
  /** Pixels of the list that are seen. */
  readonly height: number
}

/** Rows beyond the seen ones that are drawn too, so that a little scrolling finds them there. */
const BEYOND = 10

/** First and last row to be drawn; `last` is -1 in an empty list. */
export function drawnRows({ count, rowHeight }: Rows, { top, height }: View): { readonly first: number; readonly last: number } {
  const from = Math.floor(Math.min(top, Math.max(0, count * rowHeight - height)) / rowHeight)
  const to = Math.floor((top + height) / rowHeight)
  return { first: Math.max(0, Math.min(from - BEYOND, count - 1)), last: Math.min(count - 1, to + BEYOND) }
}

/** Whether a row is seen as a whole. */
export const isSeen = ({ rowHeight }: Rows, { top, height }: View, row: number): boolean =>
  row * rowHeight >= top && (row + 1) * rowHeight <= top + height

/** How far to scroll so that a row stands in the middle. */
export const centred = (rows: Rows, { height }: View, row: number): number =>
  within(rows, height, (row + 0.5) * rows.rowHeight - height / 2)

/** How far to scroll, as little as it takes, so that a row is seen. */
export function nearest(rows: Rows, view: View, row: number): number {
  if (isSeen(rows, view, row)) return view.top
  const above = row * rows.rowHeight < view.top
  return within(rows, view.height, above ? row * rows.rowHeight : (row + 1) * rows.rowHeight - view.height)
}

const within = ({ count, rowHeight }: Rows, height: number, top: number): number =>
  Math.max(0, Math.min(Math.round(top), count * rowHeight - height))
