// Expressions over a machine that stands still, as a debugger takes them: C's operators over registers, variables, packet bytes and fields, map values,
// memory. In: one line of text. Out: a tree, or where it stops making sense. Pure; names are looked up when it is evaluated.
//
//   r0 == 2                       tcp.destination_port == 8080         counts[6].packets > 3
//   *(u16 *)(r2 + 12)             pkt16[12] == 0x0800                  i >= 10 && ipv4.source == 10.0.0.1

export type Expr =
  | { readonly kind: 'number'; readonly value: bigint; readonly unsigned: boolean }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'unary'; readonly op: '-' | '~' | '!'; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'choice'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  /** `name[index]`: bytes of the packet, or a map's value. */
  | { readonly kind: 'index'; readonly name: string; readonly index: Expr; readonly at: number }
  /** `of.path`: a member of a map's value or variable, or a field of a layer. */
  | { readonly kind: 'member'; readonly of: Expr; readonly path: string; readonly at: number }
  | { readonly kind: 'memory'; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean; readonly address: Expr }
  | { readonly kind: 'call'; readonly name: 'htons' | 'htonl'; readonly of: Expr }

const BINARY = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
] as const
export type BinaryOp = (typeof BINARY)[number][number]

export type Parsed = { readonly ok: true; readonly expr: Expr } | { readonly ok: false; readonly at: number }

const MAX_LENGTH = 500
const MAX_DEPTH = 60
const TYPES: Readonly<Record<string, readonly [1 | 2 | 4 | 8, boolean]>> = {
  u8: [1, false],
  u16: [2, false],
  u32: [4, false],
  u64: [8, false],
  s8: [1, true],
  s16: [2, true],
  s32: [4, true],
  s64: [8, true],
}

interface Token {
  readonly kind: 'number' | 'name' | 'op' | 'end'
  readonly text: string
  readonly at: number
}

class Fault extends Error {
  constructor(readonly at: number) {
    super('syntax')
  }
}

export function parseWatch(text: string): Parsed {
  try {
    if (text.length > MAX_LENGTH) throw new Fault(MAX_LENGTH)
    const parser = createParser(tokensOf(text))
    return { ok: true, expr: parser() }
  } catch (error) {
    if (error instanceof Fault) return { ok: false, at: error.at }
    throw error
  }
}

const TOKEN =
  /\s+|(\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|0x[0-9a-fA-F]+[uUlL]*|\d+[uUlL]*(?![\w])|'(?:[^'\\]|\\.)')|([A-Za-z_]\w*)|(\|\||&&|==|!=|<=|>=|<<|>>|->|[-+*/%&|^~!<>()[\].?:])/y

function tokensOf(text: string): readonly Token[] {
  const out: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const m = TOKEN.exec(text)
    if (!m) throw new Fault(at)
    if (m[1] !== undefined) out.push({ kind: 'number', text: m[1], at })
    else if (m[2] !== undefined) out.push({ kind: 'name', text: m[2], at })
    else if (m[3] !== undefined) out.push({ kind: 'op', text: m[3], at })
  }
  out.push({ kind: 'end', text: '', at: text.length })
  return out
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0 }

function numberOf(text: string): Expr {
  if (text.startsWith("'")) {
    const code = text[1] === '\\' ? (ESCAPES[text[2]] ?? text.charCodeAt(2)) : (text.codePointAt(1) ?? 0)
    return { kind: 'number', value: BigInt(code), unsigned: false }
  }
  if (text.includes('.')) {
    const value = text.split('.').reduce((n, part) => (n << 8n) | (BigInt(part) & 255n), 0n)
    return { kind: 'number', value, unsigned: false }
  }
  const digits = text.replace(/[uUlL]+$/, '')
  const value = BigInt.asUintN(64, BigInt(digits))
  return { kind: 'number', value, unsigned: /u/i.test(text.slice(digits.length)) || value >= 1n << 63n }
}

function createParser(tokens: readonly Token[]): () => Expr {
  let i = 0
  let depth = 0
  const peek = (ahead = 0): Token => tokens[Math.min(i + ahead, tokens.length - 1)]
  const isOp = (text: string, ahead = 0): boolean => peek(ahead).kind === 'op' && peek(ahead).text === text
  const expect = (text: string): void => {
    if (!isOp(text)) throw new Fault(peek().at)
    i++
  }

  function choice(): Expr {
    if (++depth > MAX_DEPTH) throw new Fault(peek().at)
    const test = binary(0)
    let out = test
    if (isOp('?')) {
      i++
      const yes = choice()
      expect(':')
      out = { kind: 'choice', test, yes, no: choice() }
    }
    depth--
    return out
  }

  function binary(level: number): Expr {
    if (level === BINARY.length) return unary()
    let left = binary(level + 1)
    for (;;) {
      const op = BINARY[level].find((o) => isOp(o))
      if (!op) return left
      i++
      left = { kind: 'binary', op, left, right: binary(level + 1) }
    }
  }

  function unary(): Expr {
    if (++depth > MAX_DEPTH) throw new Fault(peek().at)
    try {
      for (const op of ['-', '~', '!'] as const) {
        if (!isOp(op)) continue
        i++
        return { kind: 'unary', op, of: unary() }
      }
      if (isOp('*')) return memory()
      return postfix()
    } finally {
      depth--
    }
  }

  /** `*(u16 *)(r2 + 12)`, as the kernel writes it. */
  function memory(): Expr {
    i++
    expect('(')
    const type = Object.hasOwn(TYPES, peek().text) ? TYPES[peek().text] : undefined
    if (!type) throw new Fault(peek().at)
    i++
    expect('*')
    expect(')')
    return { kind: 'memory', size: type[0], signed: type[1], address: unary() }
  }

  function postfix(): Expr {
    const token = peek()
    i++
    if (token.kind === 'number') return numberOf(token.text)
    if (token.kind === 'op' && token.text === '(') {
      const inside = choice()
      expect(')')
      return path(inside)
    }
    if (token.kind !== 'name') throw new Fault(token.at)
    const { text: name, at } = token
    if ((name === 'htons' || name === 'htonl') && isOp('(')) {
      i++
      const of = choice()
      expect(')')
      return { kind: 'call', name, of }
    }
    if (isOp('[')) {
      i++
      const index = choice()
      expect(']')
      return path({ kind: 'index', name, index, at })
    }
    return path({ kind: 'name', name, at })
  }

  /** `.member`, `->member` and `[3]` behind it. */
  function path(of: Expr): Expr {
    const { at } = peek()
    let text = ''
    for (;;) {
      if ((isOp('.') || isOp('->')) && peek(1).kind === 'name') {
        text += `.${peek(1).text}`
        i += 2
      } else if (isOp('[') && peek(1).kind === 'number' && isOp(']', 2)) {
        text += `[${peek(1).text}]`
        i += 3
      } else break
    }
    return text === '' ? of : { kind: 'member', of, path: text, at }
  }

  return () => {
    const expr = choice()
    if (peek().kind !== 'end') throw new Fault(peek().at)
    return expr
  }
}
