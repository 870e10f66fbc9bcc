// The words of a tcpdump expression. As in pcap-filter(7): a word runs over letters, digits, dots, dashes and underscores (so `80-443` is one),
// addresses of IPv6 and Ethernet hold colons, and a backslash takes the keyword's meaning from a word.

export interface Token {
  readonly kind: 'word' | 'escaped' | 'number' | 'ipv4' | 'ipv6' | 'mac' | 'sign'
  readonly text: string
  readonly start: number
}

const MAC = /(?:[0-9a-fA-F]{1,2}[:-]){5}[0-9a-fA-F]{1,2}(?![0-9a-zA-Z:])/y
const IPV6 = /(?=[0-9a-fA-F:]*::|(?:[0-9a-fA-F]{1,4}:){7})[0-9a-fA-F:]+(?:\d+\.\d+\.\d+\.\d+)?/y
const WORD = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y
const ESCAPED = /\\[^ !()\n\t]+/y
const SIGN = /<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^!()[\]:<>=]/y
const BLANK = /\s+/y

/** Tokens up to the end, or up to the first character that no token begins with, whose place is then `stopped`. */
export function lex(text: string): { readonly tokens: readonly Token[]; readonly stopped?: number } {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  while (at < text.length) {
    const blank = match(BLANK)
    if (blank) {
      at += blank.length
      continue
    }
    const found =
      token('mac', match(MAC)) ??
      token('ipv6', match(IPV6)) ??
      token('escaped', match(ESCAPED)) ??
      word(match(WORD)) ??
      token('sign', match(SIGN))
    if (!found) return { tokens, stopped: at }
    tokens.push({ ...found, start: at })
    at += found.text.length
  }
  return { tokens }
}

type Found = Omit<Token, 'start'> | undefined

const token = (kind: Token['kind'], text: string | undefined): Found => (text === undefined ? undefined : { kind, text })

function word(text: string | undefined): Found {
  if (text === undefined) return undefined
  if (/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(text)) return { kind: 'number', text }
  return { kind: /^\d+(?:\.\d+){1,3}$/.test(text) ? 'ipv4' : 'word', text }
}

/** A number as C writes it: 0x hexadecimal, leading 0 octal. NaN where a digit does not fit. */
export function numberOf(text: string): number {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^0\d/.test(text) ? Number.NaN : Number(text)
}
