// #define: a macro's parameters and replacement list, and whether it may replace the one before (C11 6.10.3).
import type { DiagCode } from '../../diag/index.ts'
import { error, label, type Place, warning } from '../report.ts'
import type { Macro, State } from './state.ts'
import { isPunct, type Token } from './token.ts'

/** `line` is the directive without its name. */
export function defineMacro(state: State, directive: Token, line: readonly Token[]): void {
  const [name] = line
  if (name?.kind !== 'identifier') {
    error(state.sink, 'c.macro-name-missing', name?.at ?? directive.at)
    return
  }
  if (name.text === 'defined') {
    error(state.sink, 'c.macro-name-defined', name.at)
    return
  }
  const macro = isPunct(line[1] ?? name, '(') && !line[1].space ? functionLike(state, name, line) : objectLike(name, line.slice(1))
  if (!macro || !checkBody(state, macro)) return
  const before = state.macros.get(macro.name)
  if (before && (before.builtin || !sameMacro(before, macro))) {
    const labels = before.at.file === '' ? [] : [label(before.at, 'c.note.previous-definition')]
    warning(state.sink, before.builtin ? 'c.builtin-macro-redefined' : 'c.macro-redefined', name.at, [macro.name], { labels })
  }
  state.macros.set(macro.name, macro)
}

const objectLike = (name: Token, body: readonly Token[]): Macro => ({
  name: name.text,
  at: name.at,
  params: undefined,
  rest: undefined,
  body,
  builtin: false,
  disabled: false,
})

function functionLike(state: State, name: Token, line: readonly Token[]): Macro | undefined {
  const params: string[] = []
  let rest: string | undefined
  let i = 2
  const fail = (code: DiagCode, at: Place): undefined => {
    error(state.sink, code, at)
    return undefined
  }
  if (line[i] && isPunct(line[i], ')')) i++
  else {
    for (;;) {
      const t = line[i++]
      if (!t) return fail('c.macro-params-unclosed', line[1].at)
      if (isPunct(t, '...')) {
        rest = '__VA_ARGS__'
        params.push(rest)
      } else if (t.kind === 'identifier') {
        if (params.includes(t.text)) return fail('c.macro-param-twice', t.at)
        params.push(t.text)
        if (line[i] && isPunct(line[i], '...')) {
          rest = t.text
          i++
        }
      } else return fail('c.macro-param-expected', t.at)
      const separator = line[i++]
      if (!separator) return fail('c.macro-params-unclosed', line[1].at)
      if (isPunct(separator, ')')) break
      if (!isPunct(separator, ',') || rest !== undefined) return fail('c.macro-param-expected', separator.at)
    }
  }
  return { ...objectLike(name, line.slice(i)), params, rest }
}

function checkBody(state: State, macro: Macro): boolean {
  const { body } = macro
  for (const end of [body[0], body[body.length - 1]]) {
    if (!end || !isPunct(end, '##')) continue
    error(state.sink, 'c.paste-at-end', end.at)
    return false
  }
  if (!macro.params) return true
  for (const [i, t] of body.entries()) {
    if (!isPunct(t, '#')) continue
    const next = body[i + 1]
    if (next && (macro.params.includes(next.text) || (macro.rest !== undefined && next.text === '__VA_OPT__'))) continue
    error(state.sink, 'c.hash-without-param', t.at)
    return false
  }
  return true
}

function sameMacro(a: Macro, b: Macro): boolean {
  return (
    a.body.length === b.body.length &&
    (a.params === undefined) === (b.params === undefined) &&
    (a.params ?? []).join() === (b.params ?? []).join() &&
    a.rest === b.rest &&
    a.body.every((t, i) => t.kind === b.body[i].kind && t.text === b.body[i].text && (i === 0 || t.space === b.body[i].space))
  )
}
