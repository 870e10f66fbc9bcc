// Small programs with the log that Linux writes of them, as files of text: a line "== TITLE", where it matters with "(flags N)" or "(type NAME)", the program as assembly, a line "--" and
// the log at level 2 without what is tested elsewhere (live registers, live stack slots, statistics). The maps m0 (hash), m1 (array) and m2
// (ring buffer) are there.
import { assembleText } from './generate/record.ts'

export interface WalkCase {
  readonly title: string
  readonly flags: number
  readonly type: string
  readonly text: string
  readonly log: string
}

export const WALK_MAPS = [
  { type: 'hash', key: 4, value: 16, max: 8 },
  { type: 'array', key: 4, value: 16, max: 4 },
  { type: 'ringbuf', key: 0, value: 0, max: 4096 },
] as const

export const walkCode = (walk: WalkCase): Uint8Array => assembleText(walk.text, WALK_MAPS)

export function readWalks(file: string): WalkCase[] {
  return file
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      const title = part.slice(0, end)
      const [text, log] = part.slice(end + 1).split(/^--\n/m)
      return {
        title,
        flags: Number(/\(flags (\d+)\)$/.exec(title)?.[1] ?? 0),
        type: /\(type (\w+)\)$/.exec(title)?.[1] ?? 'xdp',
        text: text!.trim(),
        log: (log ?? '').trim(),
      }
    })
}

export const writeWalks = (walks: readonly WalkCase[]): string =>
  walks.map(({ title, text, log }) => `== ${title}\n${text}\n--\n${log}\n`).join('\n')

/** What is kept of a log. */
export function shortLog(log: string): string {
  const lines = log.replaceAll(/0xff[0-9a-f]{14}/g, '0xADDRESS').split('\n')
  const kept: string[] = []
  let live = false
  for (const line of lines) {
    if (line.startsWith('Live regs before insn:')) live = true
    else if (live && /^ +\d+:/.test(line)) continue
    else {
      live = false
      if (!/^(func#|\(\d|processed |verification time|stack depth)/.test(line)) kept.push(line.trimEnd())
    }
  }
  return kept.join('\n').trim()
}
