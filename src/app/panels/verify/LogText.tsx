// A line of a log whose words say on hover what they mean; the chosen line's words stand below the log as well, for keyboard and touch.
import type { LogLine } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { type LogPiece, logPieces, slotLetters } from './log-words.ts'
import styles from './Panel.module.css'

export function LogText({ text, kind }: { readonly text: string; readonly kind: LogLine['kind'] }) {
  const t = useT()
  if (kind === 'source' || kind === 'message') return <>{text}</>
  return (
    <span className={styles.pieces}>
      {logPieces(text).map((piece, i) =>
        piece.word ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one fixed text
          <span key={i} className={styles.word} title={said(piece, t)}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </span>
  )
}

export function LineWords({ line }: { readonly line: LogLine | undefined }) {
  const t = useT()
  const pieces = line && line.kind !== 'source' && line.kind !== 'message' ? logPieces(line.text).filter((p) => p.word) : []
  const seen = new Map(pieces.map((p) => [said(p, t), p.text]))
  if (seen.size === 0) return null
  return (
    <dl className={styles.words} aria-label={t.verify.words}>
      {[...seen].slice(0, 12).map(([meaning, text]) => (
        <div key={meaning}>
          <dt>{text}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}

function said({ word, values }: LogPiece, t: ReturnType<typeof useT>): string {
  if (!word) return ''
  const [a = '', b = ''] = values
  if (word === 'slot' && b !== '')
    return `${t.logWords.slot(a)}: ${slotLetters(b)
      .map((l) => t.logWords.letters[l])
      .join(', ')}`
  const text = t.logWords[word]
  return typeof text === 'string' ? text : text(a, b)
}
