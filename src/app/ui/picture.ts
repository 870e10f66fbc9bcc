// A piece of the page as a picture: vector graphics of its own (boxes, lines, text, drawings), not a photograph, so that it stays sharp and every program
// that reads SVG can open it. In: an element as it is drawn now. Out: SVG, or PNG at twice the size. Elements marked `data-no-picture` are left out.
import { download } from '../files.ts'

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const MARGIN = 12
const PNG_SCALE = 2
/** Browsers draw no larger canvas. */
const MAX_SIDE = 16_000

export async function savePicture(element: Element, name: string, kind: 'svg' | 'png'): Promise<void> {
  const { svg, width, height } = pictureOf(element)
  if (kind === 'svg') download(`${name}.svg`, 'image/svg+xml', svg)
  else download(`${name}.png`, 'image/png', await rastered(svg, width, height))
}

async function rastered(svg: string, width: number, height: number): Promise<Uint8Array> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const scale = Math.min(PNG_SCALE, MAX_SIDE / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(width * scale)
  canvas.height = Math.ceil(height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('no picture')
  return new Uint8Array(await blob.arrayBuffer())
}

function pictureOf(element: Element): { readonly svg: string; readonly width: number; readonly height: number } {
  const seen = element.getBoundingClientRect()
  // Content that is wider or higher than its frame is drawn whole.
  const width = Math.ceil(Math.max(seen.width, element.scrollWidth)) + 2 * MARGIN
  const height = Math.ceil(Math.max(seen.height, element.scrollHeight)) + 2 * MARGIN
  const out: string[] = []
  const origin = { x: MARGIN - seen.left, y: MARGIN - seen.top }
  const all: Box = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 }
  draw(element, origin, all, out, true)
  const ground = colour(getComputedStyle(document.documentElement).getPropertyValue('--surface').trim())
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="${ground}"/>${out.join('')}</svg>\n`
  return { svg, width, height }
}

interface Origin {
  readonly x: number
  readonly y: number
}

function draw(element: Element, o: Origin, clip: Box, out: string[], isRoot = false): void {
  if (element.hasAttribute('data-no-picture')) return
  const style = getComputedStyle(element)
  if (style.display === 'none' || style.visibility === 'hidden' || Number(style.opacity) === 0) return
  const box = element.getBoundingClientRect()
  // Text for screen readers alone takes one pixel.
  if (box.width <= 1 && box.height <= 1 && style.overflow === 'hidden') return
  const inside = isRoot || style.overflow === 'visible' ? clip : meet(clip, box)
  if (box.width > 0 && box.height > 0 && touches(box, clip)) ground(box, style, o, out)
  if (element instanceof SVGSVGElement) {
    out.push(drawing(element, box, o))
    return
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(child, o, inside, out)
    else if (child instanceof Text) words(child, style, o, inside, out)
  }
}

const meet = (a: Box, b: Box): Box => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
})
const touches = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

const CLEAR = /^(transparent|rgba\(.*, 0\)|color\(.* \/ 0\))$/

/** Mixed colours are given in a form that few programs read. */
function colour(text: string): string {
  const m = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.]+))?\)$/.exec(text)
  if (!m) return text
  const part = (x: string): number => Math.round(Number(x) * 255)
  return `rgba(${part(m[1])}, ${part(m[2])}, ${part(m[3])}, ${m[4] ?? 1})`
}

const num = (x: number): string => String(Math.round(x * 100) / 100)

function ground(box: Box & { width: number; height: number }, style: CSSStyleDeclaration, o: Origin, out: string[]): void {
  const at = `x="${num(box.left + o.x)}" y="${num(box.top + o.y)}" width="${num(box.width)}" height="${num(box.height)}"`
  const radius = Number.parseFloat(style.borderTopLeftRadius) || 0
  const fill = style.backgroundColor
  if (!CLEAR.test(fill)) out.push(`<rect ${at}${radius > 0 ? ` rx="${radius}"` : ''} fill="${colour(fill)}"/>`)
  const x0 = box.left + o.x
  const y0 = box.top + o.y
  const x1 = x0 + box.width
  const y1 = y0 + box.height
  const sides = [
    ['Top', x0, y0, x1, y0],
    ['Right', x1, y0, x1, y1],
    ['Bottom', x0, y1, x1, y1],
    ['Left', x0, y0, x0, y1],
  ] as const
  for (const [side, a, b, c, d] of sides) {
    const width = Number.parseFloat(style[`border${side}Width`])
    const line = style[`border${side}Color`]
    if (!(width > 0) || style[`border${side}Style`] === 'none' || CLEAR.test(line)) continue
    const dash = style[`border${side}Style`] === 'dashed' ? ' stroke-dasharray="4 3"' : ''
    out.push(`<line x1="${num(a)}" y1="${num(b)}" x2="${num(c)}" y2="${num(d)}" stroke="${colour(line)}" stroke-width="${width}"${dash}/>`)
  }
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** Text line by line as it was broken. */
function words(node: Text, style: CSSStyleDeclaration, o: Origin, clip: Box, out: string[]): void {
  if (node.data.trim() === '') return
  const range = document.createRange()
  const size = Number.parseFloat(style.fontSize)
  const font = `font-family="${escaped(style.fontFamily).replaceAll('"', "'")}" font-size="${size}" font-weight="${style.fontWeight}"`
  let line: { text: string; box: Box; right: number } | undefined
  const put = (): void => {
    if (!line || line.text.trim() === '' || !touches(line.box, clip)) return
    const { text, box, right } = line
    const y = (box.top + box.bottom) / 2 + size * 0.35 + o.y
    out.push(
      `<text x="${num(box.left + o.x)}" y="${num(y)}" ${font} fill="${colour(style.color)}" textLength="${num(right - box.left)}" xml:space="preserve">${escaped(text)}</text>`,
    )
  }
  for (let i = 0; i < node.data.length; ) {
    const char = String.fromCodePoint(node.data.codePointAt(i) ?? 32)
    range.setStart(node, i)
    range.setEnd(node, i + char.length)
    i += char.length
    const box = range.getClientRects()[0]
    if (!box || box.width === 0) continue
    if (line && Math.abs(box.top - line.box.top) < 2) {
      line.text += char
      line.right = box.right
    } else {
      put()
      line = { text: char, box, right: box.right }
    }
  }
  put()
}

const DRAWN = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
]

/** A drawing that stands in the page, with what styles say of it written into it. */
function drawing(svg: SVGSVGElement, box: Box & { width: number; height: number }, o: Origin): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const from = [svg, ...svg.querySelectorAll('*')]
  const to = [copy, ...copy.querySelectorAll('*')]
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element)
    for (const name of DRAWN) to[i].setAttribute(name, colour(style.getPropertyValue(name)))
    for (const name of ['class', 'style', 'aria-hidden', 'focusable', 'role', 'aria-label']) to[i].removeAttribute(name)
  }
  copy.setAttribute('x', num(box.left + o.x))
  copy.setAttribute('y', num(box.top + o.y))
  copy.setAttribute('width', num(box.width))
  copy.setAttribute('height', num(box.height))
  return new XMLSerializer().serializeToString(copy)
}
