// DNS messages (RFC 1035) and the first line of HTTP/1 (RFC 9112): enough to name what is asked and answered.
import { formatIpv4, formatIpv6 } from './addresses.ts'
import { cut } from './link-layer.ts'
import { dnsTypeName } from './numbers.ts'
import { hex16, LayerReader } from './reader.ts'
import type { Next, Progress } from './step.ts'

const MAX_RECORDS = 32
const MAX_NAME = 255
const DNS_HEADER_SIZE = 12
const RCODES = ['no error', 'format error', 'server failure', 'no such name', 'not implemented', 'refused'] as const

interface Name {
  readonly text: string
  /** First offset behind the name as it stands here (a pointer is two bytes). */
  readonly next: number
}

/** A domain name, compressed or not; undefined where it is broken or reaches beyond the message. Pointers must lead backwards. RFC 1035 §4.1.4. */
function readName(bytes: Uint8Array, message: number, offset: number, end: number): Name | undefined {
  const labels: string[] = []
  let at = offset
  let next = -1
  let size = 0
  let lowest = offset
  for (;;) {
    if (at >= end) return undefined
    const length = bytes[at]
    if (length === 0) return { text: labels.join('.') || '.', next: next < 0 ? at + 1 : next }
    if (length >= 0xc0) {
      if (at + 1 >= end) return undefined
      if (next < 0) next = at + 2
      const target = message + (((length & 0x3f) << 8) | bytes[at + 1])
      if (target >= lowest) return undefined
      lowest = target
      at = target
      continue
    }
    size += length + 1
    if (length > 63 || size > MAX_NAME || at + 1 + length > end) return undefined
    labels.push(printable(bytes.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
}

/** Bytes as text, everything but plain ASCII as '?'. */
function printable(bytes: Uint8Array): string {
  return [...bytes].map((b) => (b > 32 && b < 127 ? String.fromCharCode(b) : b === 32 ? ' ' : '?')).join('')
}

export function dns(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('DNS', p.bytes, offset, end)
  r.u16('id', hex16)
  const flags = r.u16('')
  const isResponse = (flags & 0x8000) !== 0
  const rcode = flags & 15
  if (!r.truncated) {
    r.note('kind', offset + 2, 1, isResponse ? 'response' : 'query')
    r.note('response code', offset + 3, 1, RCODES[rcode] ?? String(rcode))
  }
  const questions = r.u16('questions')
  const answers = r.u16('answers')
  r.u16('authority records')
  r.u16('additional records')
  p.protocol = 'DNS'
  if (r.truncated) {
    p.layers.push(r.done(DNS_HEADER_SIZE))
    return cut(p, 'DNS')
  }
  const words = [isResponse ? 'DNS response' : 'DNS query']
  if (isResponse && rcode !== 0) words.push(RCODES[rcode] ?? `code ${rcode}`)
  const ok = readQuestions(r, Math.min(questions, MAX_RECORDS), words) && readAnswers(r, Math.min(answers, MAX_RECORDS), words)
  p.layers.push(r.done(ok ? end - offset : Math.max(DNS_HEADER_SIZE, r.at - offset)))
  p.words.push(words.join(' '))
  return ok ? undefined : { kind: 'payload', offset: Math.min(r.at, end), end }
}

function readQuestions(r: LayerReader, count: number, words: string[]): boolean {
  for (let i = 0; i < count; i++) {
    const name = readName(r.bytes, r.start, r.at, r.end)
    if (name === undefined || name.next + 4 > r.end) return false
    const type = dnsTypeName((r.bytes[name.next] << 8) | r.bytes[name.next + 1])
    r.note('question', r.at, name.next + 4 - r.at, `${type} ${name.text}`)
    if (i === 0) words.push(`${type} ${name.text}`)
    r.at = name.next + 4
  }
  return true
}

function readAnswers(r: LayerReader, count: number, words: string[]): boolean {
  for (let i = 0; i < count; i++) {
    const name = readName(r.bytes, r.start, r.at, r.end)
    if (name === undefined || name.next + 10 > r.end) return false
    const at = name.next
    const type = (r.bytes[at] << 8) | r.bytes[at + 1]
    const size = (r.bytes[at + 8] << 8) | r.bytes[at + 9]
    if (at + 10 + size > r.end) return false
    const data = r.bytes.subarray(at + 10, at + 10 + size)
    const isA = type === 1 && size === 4
    const isAaaa = type === 28 && size === 16
    const value = isA
      ? formatIpv4(data)
      : isAaaa
        ? formatIpv6(data)
        : type === 5
          ? (readName(r.bytes, r.start, at + 10, r.end)?.text ?? '?')
          : `${size} bytes`
    r.note('answer', r.at, at + 10 + size - r.at, `${dnsTypeName(type)} ${name.text} = ${value}`)
    if (i === 0) words.push(`= ${value}`)
    r.at = at + 10 + size
  }
  return true
}

const MAX_LINE = 512

export function http(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('HTTP', p.bytes, offset, end)
  p.protocol = 'HTTP'
  let lineEnd = offset
  const stop = Math.min(end, offset + MAX_LINE)
  while (lineEnd < stop && p.bytes[lineEnd] !== 10 && p.bytes[lineEnd] !== 13) lineEnd++
  const line = printable(p.bytes.subarray(offset, lineEnd))
  r.note(line.startsWith('HTTP/') ? 'status' : 'request', offset, lineEnd - offset, line)
  p.layers.push(r.done(lineEnd - offset))
  p.words.push(line.startsWith('HTTP/') ? line : `HTTP ${line}`)
  return { kind: 'payload', offset: lineEnd, end }
}
