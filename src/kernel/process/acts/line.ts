// Reading the words of one act from left to right, each for what it is to be. A word that is not what it should be is a fault at its place, and what is
// read stands in for it.
import { constant } from '../numbers.ts'
import type { ActFault, ActSpan, Ref } from './act.ts'
import type { Token } from './tokens.ts'

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }
const MAX_NS = 3600e9
const MAX_PORT = 65535

export class Line {
  private readonly tokens: Token[]
  private readonly faults: ActFault[]
  private at = 1

  constructor(tokens: readonly Token[], faults: ActFault[]) {
    this.tokens = tokens.slice()
    this.faults = faults
  }

  get more(): boolean {
    return this.at < this.tokens.length
  }

  /** Takes "takes TIME" off the line; -1 where it is not said. */
  takes(): number {
    const word = this.tail('takes')
    return word ? this.duration(word) : -1
  }

  /** Takes "as NAME" off the line. */
  bound(): string {
    return this.tail('as')?.value ?? ''
  }

  /** The word behind the last occurrence of a key word, both taken off the line. */
  tail(key: string): Token | undefined {
    const i = this.tokens.findLastIndex((t, at) => at > 0 && t.kind === 'word' && t.value === key)
    if (i < 0) return undefined
    const [word, value] = this.tokens.splice(i, 2)
    if (!value) this.fault('acts.missing', [key], word.span)
    return value
  }

  next(what: string): Token {
    const token = this.tokens[this.at]
    if (token) {
      this.at++
      return token
    }
    this.fault('acts.missing', [what], this.tokens[this.tokens.length - 1].span)
    return { kind: 'word', value: '0', span: this.tokens[0].span }
  }

  peek(): Token | undefined {
    return this.tokens[this.at]
  }

  text(what: string): string {
    return this.next(what).value
  }

  /** A word that is one of the others, or undefined (and not taken). */
  oneOf(words: readonly string[]): string | undefined {
    const token = this.peek()
    if (token?.kind !== 'word' || !words.includes(token.value)) return undefined
    this.at++
    return token.value
  }

  number(what: string): number {
    return Number(this.big(what))
  }

  big(what: string): bigint {
    const token = this.next(what)
    const value = numberOf(token.value)
    if (value === undefined || token.kind !== 'word') this.fault('acts.argument', [token.value, what], token.span)
    return value ?? 0n
  }

  ref(what: string): Ref {
    const token = this.next(what)
    return /^\d+$/.test(token.value) ? Number(token.value) : token.value
  }

  time(what: string): number {
    return this.duration(this.next(what))
  }

  /** "10.0.0.9:443", "shop:80" */
  address(what: string): { readonly host: string; readonly port: number } {
    const token = this.peek()
    if (!token) return { host: this.next(what).value, port: 0 }
    this.at++
    const found = /^([\w.-]+):(\d+)$/.exec(token.value)
    if (!found || Number(found[2]) > MAX_PORT) this.fault('acts.argument', [token.value, what], token.span)
    return { host: found?.[1] ?? '0.0.0.0', port: Number(found?.[2] ?? 0) & MAX_PORT }
  }

  rest(): Token[] {
    const rest = this.tokens.slice(this.at)
    this.at = this.tokens.length
    return rest
  }

  end(): void {
    const token = this.peek()
    if (token) this.fault('acts.extra', [token.value], token.span)
  }

  fault(code: ActFault['code'], params: readonly string[], span: ActSpan = this.tokens[0].span): void {
    this.faults.push({ code, params, span })
  }

  private duration(token: Token): number {
    const found = /^(\d+(?:\.\d+)?)(ns|us|ms|s)$/.exec(token.value)
    const ns = found ? Math.round(Number(found[1]) * UNITS[found[2]]) : -1
    if (ns < 0 || ns > MAX_NS) this.fault('acts.argument', [token.value, 'time'], token.span)
    return Math.min(Math.max(ns, 0), MAX_NS)
  }
}

/** Decimal, hex, octal (0640), a name of Linux, or several joined by |. */
export function numberOf(text: string): bigint | undefined {
  let sum = 0n
  for (const part of text.split('|')) {
    const value = single(part)
    if (value === undefined) return undefined
    sum |= value
  }
  return sum
}

function single(text: string): bigint | undefined {
  if (/^-?\d{1,20}$/.test(text) || /^0x[0-9a-fA-F]{1,16}$/.test(text))
    return /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text)
  const named = constant(text)
  return named === undefined ? undefined : BigInt(named)
}
