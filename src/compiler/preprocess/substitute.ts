// A macro call's replacement list with its arguments put in: parameters, `#`, `##`, `__VA_OPT__` and GNU's `, ## __VA_ARGS__`.
// In: the macro and its arguments, raw and (on demand) expanded. Out: tokens that know the call and the macro body as their places.
// Reference: C11 6.10.3.1-3, C23 6.10.5.2 (__VA_OPT__). An empty argument beside `##` is a placemarker until the end.
import { makeSource } from '../../diag/index.ts'
import { error, makeSink, type Place, plain, type Sink, siteOf } from '../report.ts'
import { Lexer } from './lex.ts'
import { MAX_MADE_CHARS } from './limits.ts'
import type { Macro } from './state.ts'
import { isName, isPunct, type Token } from './token.ts'

export interface Argument {
  readonly raw: readonly Token[]
  readonly expanded: () => readonly Token[]
}

/** The call's tokens. `name` is the macro's name where it is called. */
export function substitute(macro: Macro, name: Token, args: readonly Argument[], sink: Sink): Token[] {
  const call: Call = { macro, name, args, sink, params: new Map((macro.params ?? []).map((p, i) => [p, i])) }
  const out = replace(call, macro.body).filter((t) => t.kind !== 'placemarker')
  if (out.length > 0) out[0] = { ...out[0], space: name.space, lineStart: name.lineStart }
  return out
}

interface Call {
  readonly macro: Macro
  readonly name: Token
  readonly args: readonly Argument[]
  readonly sink: Sink
  readonly params: ReadonlyMap<string, number>
}

function replace(call: Call, body: readonly Token[]): Token[] {
  const out: Token[] = []
  for (let i = 0; i < body.length; i++) {
    const t = body[i]
    const pasteNext = i + 1 < body.length && isPunct(body[i + 1], '##')
    if (isPunct(t, '##') && i > 0 && i + 1 < body.length) {
      const right = operand(call, body, i + 1)
      const rest = body[i + 1]
      i = right.last
      if (rest.kind === 'identifier' && rest.text === call.macro.rest && out.length > 0 && isPunct(out[out.length - 1], ',')) {
        // GNU: the comma goes away with an empty rest, and is not pasted otherwise.
        if (right.tokens.length === 0) out.pop()
        else out.push(...argumentTokens(call, rest, call.args[call.params.get(rest.text) ?? 0].expanded()))
        continue
      }
      const left = out.pop()
      if (right.tokens.length === 0) {
        if (left) out.push(left)
      } else {
        out.push(...(left ? paste(call, left, right.tokens[0]) : [right.tokens[0]]), ...right.tokens.slice(1))
      }
      continue
    }
    if (isPunct(t, '#') && call.macro.params && i + 1 < body.length && call.params.has(body[i + 1].text)) {
      const arg = call.args[call.params.get(body[i + 1].text) ?? 0]
      out.push({ ...bodyToken(call, t), kind: 'string', text: stringify(call, t, arg.raw) })
      i++
      continue
    }
    if (pasteNext || isVaOpt(call, body, i)) {
      const left = operand(call, body, i)
      i = left.last
      if (left.tokens.length > 0) out.push(...left.tokens)
      else out.push({ ...bodyToken(call, t), kind: 'placemarker', text: '' })
      continue
    }
    const param = t.kind === 'identifier' ? call.params.get(t.text) : undefined
    if (param === undefined) out.push(bodyToken(call, t))
    else out.push(...argumentTokens(call, t, call.args[param].expanded()))
  }
  return out
}

const isVaOpt = (call: Call, body: readonly Token[], i: number): boolean =>
  call.macro.rest !== undefined && isName(body[i], '__VA_OPT__') && i + 1 < body.length && isPunct(body[i + 1], '(')

/** The tokens of an operand of `##`: an argument unexpanded, a __VA_OPT__ group, a stringified argument, or the token itself. */
function operand(call: Call, body: readonly Token[], i: number): { readonly tokens: readonly Token[]; readonly last: number } {
  const t = body[i]
  if (isVaOpt(call, body, i)) {
    const close = closing(body, i + 1)
    const rest = call.args[call.args.length - 1]
    return { tokens: rest.expanded().length > 0 ? replace(call, body.slice(i + 2, close)) : [], last: close }
  }
  if (isPunct(t, '#') && i + 1 < body.length && call.params.has(body[i + 1].text)) {
    const arg = call.args[call.params.get(body[i + 1].text) ?? 0]
    return { tokens: [{ ...bodyToken(call, t), kind: 'string', text: stringify(call, t, arg.raw) }], last: i + 1 }
  }
  const param = t.kind === 'identifier' ? call.params.get(t.text) : undefined
  return { tokens: param === undefined ? [bodyToken(call, t)] : argumentTokens(call, t, call.args[param].raw), last: i }
}

/** Index of the `)` that closes the `(` at `open`; the last token where there is none. */
function closing(body: readonly Token[], open: number): number {
  let depth = 0
  for (let i = open; i < body.length; i++) {
    if (isPunct(body[i], '(')) depth++
    else if (isPunct(body[i], ')') && --depth === 0) return i
  }
  return body.length - 1
}

function bodyToken(call: Call, t: Token): Token {
  const { at } = call.name
  const spelled = t.at.file === '' ? undefined : plain(t.at)
  return { ...t, lineStart: false, at: { file: at.file, start: at.start, end: at.end, site: siteOf(at), spelled, macro: call.macro.name } }
}

/** An argument's tokens where the parameter stands: they keep their own place and learn the outermost call. */
function argumentTokens(call: Call, param: Token, tokens: readonly Token[]): Token[] {
  const site = siteOf(call.name.at)
  return tokens.map((t, i) => ({ ...t, lineStart: false, space: i === 0 ? param.space : t.space, at: { ...t.at, site } }))
}

/** `#`: the argument as written, white space between tokens one blank, quotes and backslashes of literals escaped. */
function stringify(call: Call, hash: Token, tokens: readonly Token[]): string {
  let s = ''
  for (const t of tokens) {
    if (s.length + t.text.length > MAX_MADE_CHARS) {
      // Each string within a string doubles its backslashes.
      error(call.sink, 'c.token-too-long', hash.at, [String(MAX_MADE_CHARS)])
      break
    }
    if ((t.space || t.lineStart) && s !== '') s += ' '
    s += t.kind === 'string' || t.kind === 'char' ? t.text.replace(/[\\"]/g, '\\$&') : t.text
  }
  return `"${s}"`
}

const NAME = /^[A-Za-z_$][\w$]*$/
const NUMBER = /^\.?[0-9](?:[eEpP][+-]|[\w.])*$/

/** `##`: both spellings as one token; where they make none, a fault and both as they are. */
function paste(call: Call, left: Token, right: Token): Token[] {
  if (left.kind === 'placemarker') return [{ ...right, space: left.space }]
  if (right.kind === 'placemarker') return [left]
  if (left.text.length + right.text.length > MAX_MADE_CHARS) {
    error(call.sink, 'c.token-too-long', left.at, [String(MAX_MADE_CHARS)])
    return [left]
  }
  const text = left.text + right.text
  if (NAME.test(text)) return [{ ...left, kind: 'identifier', text, painted: false }]
  if (NUMBER.test(text)) return [{ ...left, kind: 'number', text }]
  const scratch = makeSink()
  const lexer = new Lexer(makeSource('', text), scratch)
  lexer.inDirective = true
  const token = lexer.next()
  if (token.kind !== 'other' && token.kind !== 'newline' && scratch.errors === 0 && lexer.next().kind === 'newline') {
    return [{ ...left, kind: token.kind, text: token.text }]
  }
  const at: Place = left.at
  error(call.sink, 'c.bad-paste', at, [text])
  return [left, right]
}
