// Markdown as React elements out of an allow-list: paragraphs, emphasis, code, lists, quotes, small headings, links, and blocks "```table" and
// "```plot". Raw HTML is text, pictures
// are their alternative text, links go to http, https or a place of this page, and characters that turn text around are shown as what they are.
// In: Markdown from anyone. Out: elements; nothing of the text becomes markup, an attribute other than `href`, or a style.
import type { Nodes, RootContent } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { Fragment, memo, type ReactNode } from 'react'
import { gridOf, plotted } from '../../worker/index.ts'
import { colourLines } from '../editor/plain.ts'
import styles from './Markdown.module.css'
import { useTexts } from './texts.ts'

export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return <div className={styles.text}>{children(fromMarkdown(text).children)}</div>
})

/** One line without blocks, for checks and names. */
export const Inline = memo(function Inline({ text }: { readonly text: string }) {
  const [first] = fromMarkdown(text).children
  return <>{first?.type === 'paragraph' ? children(first.children) : plain(text)}</>
})

const children = (nodes: readonly Nodes[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: the nodes of one text never move
  nodes.map((node, i) => <Fragment key={i}>{element(node as RootContent)}</Fragment>)

function element(node: RootContent): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return <p>{children(node.children)}</p>
    case 'text':
      return plain(node.value)
    case 'strong':
      return <strong>{children(node.children)}</strong>
    case 'emphasis':
      return <em>{children(node.children)}</em>
    case 'inlineCode':
      return <code className={isOneWord(node.value) ? styles.whole : undefined}>{plain(node.value)}</code>
    case 'code':
      if (node.lang === 'table' || node.lang === 'plot') return <Grid text={node.value} isPlot={node.lang === 'plot'} />
      return <CodeBlock language={node.lang ?? ''} text={dedented(node.value)} />
    case 'list':
      return node.ordered ? <ol start={node.start ?? 1}>{children(node.children)}</ol> : <ul>{children(node.children)}</ul>
    case 'listItem':
      return <li>{children(node.children)}</li>
    case 'blockquote':
      return <blockquote>{children(node.children)}</blockquote>
    case 'heading':
      return <h4>{children(node.children)}</h4>
    case 'break':
      return <br />
    case 'thematicBreak':
      return <hr />
    case 'link':
      return <SafeLink url={node.url}>{children(node.children)}</SafeLink>
    case 'html':
      return plain(node.value)
    case 'image':
    case 'imageReference':
      return plain(node.alt ?? '')
    case 'linkReference':
      return children(node.children)
    default:
      return null
  }
}

export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls sideways must be reachable by keyboard
    <pre className={styles.code} data-language={language} tabIndex={0}>
      {language === 'c'
        ? colourLines(text).map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines never move
            <Fragment key={i}>
              {i > 0 && '\n'}
              {line.map((word, k) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: words never move
                <span key={k} className={styles[word.kind]}>
                  {plain(word.text)}
                </span>
              ))}
            </Fragment>
          ))
        : plain(text)}
    </pre>
  )
}

/** Without the indentation that all lines share, as lines out of the middle of a function have it. */
export function dedented(text: string): string {
  const lines = text.split('\n')
  const depths = lines.filter((l) => l.trim() !== '').map((l) => /^[\t ]*/.exec(l)?.[0].length ?? 0)
  const depth = Math.min(...depths)
  return depth > 0 && depth < Number.POSITIVE_INFINITY ? lines.map((l) => l.slice(depth)).join('\n') : text
}

const BAR_WIDTH = 100

/** A table; as a plot, numbers have bars on one logarithmic scale. */
function Grid({ text, isPlot }: { readonly text: string; readonly isPlot: boolean }) {
  const [head = [], ...rows] = gridOf(text)
  const logs = rows.flatMap((row) => row.slice(1).map((cell) => Math.log10(plotted(cell)))).filter(Number.isFinite)
  const least = Math.floor(Math.min(...logs, 0))
  const most = Math.max(...logs, least + 1)
  const width = (cell: string): number => (BAR_WIDTH * (Math.log10(plotted(cell)) - least)) / (most - least)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable by keyboard
    <div className={styles.grid} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((cell) => (
              <th key={cell} scope="col">
                <Inline text={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('|')}>
              <th scope="row">
                <Inline text={row[0]} />
              </th>
              {row.slice(1).map((cell, i) => (
                <td key={head[i + 1]}>
                  <Inline text={cell} />
                  {isPlot && Number.isFinite(width(cell)) && (
                    <svg className={styles.bar} viewBox={`0 0 ${BAR_WIDTH} 6`} preserveAspectRatio="none" aria-hidden="true">
                      <rect width={Math.max(1, width(cell))} height={6} />
                    </svg>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SafeLink({ url, children }: { readonly url: string; readonly children: ReactNode }) {
  const t = useTexts()
  const target = linkTarget(url)
  if (target === undefined) return <>{children}</>
  if (target.kind === 'here') return <a href={target.href}>{children}</a>
  return (
    <a href={target.href} target="_blank" rel="noopener noreferrer" title={t.link(target.host)}>
      {children} <span className={styles.host}>({target.host})</span>
    </a>
  )
}

/** Where a link may lead: a place of this page, or http and https with the host shown. */
export function linkTarget(url: string): { readonly kind: 'here' | 'away'; readonly href: string; readonly host: string } | undefined {
  if (/^#lesson=[\w-]+$/.test(url)) return { kind: 'here', href: url, host: '' }
  if (!/^https?:\/\/[^\s\\@]+$/i.test(url)) return undefined
  try {
    const { protocol, host, href } = new URL(url)
    return protocol === 'http:' || protocol === 'https:' ? { kind: 'away', href, host } : undefined
  } catch {
    return undefined
  }
}

/** Characters that turn or hide text (CVE-2021-42574). */
const TURNING = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

function plain(text: string): ReactNode {
  if (!TURNING.test(text)) return text
  return text.split(/([\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])/u).map((part, i) =>
    TURNING.test(part) ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
      <mark key={i} className={styles.turning}>
        U+{part.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}
      </mark>
    ) : (
      part
    ),
  )
}

/** Short code without a blank is not broken, or `ip->ttl` would be at its hyphen. */
const isOneWord = (code: string): boolean => code.length <= 30 && !/\s/.test(code)
