// Which packets to try first, and which schedule of a grid to show. Pure.
import type { PacketRow, RaceGrid, RaceKind } from '../../../engine/index.ts'

const BAD: readonly RaceKind[] = ['deadlock', 'other', 'fault']

/** The first schedule of the worst kind there is; undefined where none differs. */
export function worstOf({ cells }: Pick<RaceGrid, 'cells'>): { readonly column: number; readonly row: number } | undefined {
  for (const kind of BAD) {
    for (const [row, columns] of cells.entries()) {
      const column = columns.indexOf(kind)
      if (column >= 0) return { column, row }
    }
  }
  return undefined
}

/** Packet on which the program does most, which is where it is likely to share something. */
export function longestRun(packets: readonly Pick<PacketRow, 'ticks'>[]): number {
  const most = Math.max(...packets.map((p) => p.ticks))
  return Math.max(
    0,
    packets.findIndex((p) => p.ticks === most),
  )
}
