// Which types of a whole kernel's BTF go into the subset: those that the list of roots names, what they hold by value, and everything that is
// needed to write their declarations. A struct that is only pointed to becomes a forward declaration under its own id.
// In: the whole BTF and the list (roots.txt, which explains itself). Out: types by id, every id inside them being among them (or void).
import { type Btf, type BtfId, type BtfType, referredIds } from '../../btf/index.ts'

export interface Selection {
  readonly types: ReadonlyMap<BtfId, BtfType>
  /** Forward declarations that stand for a whole type of the kernel. */
  readonly cut: readonly BtfId[]
  /** Patterns of the list that match nothing. */
  readonly unmatched: readonly string[]
}

type Rule = 'type' | 'enum' | 'func' | 'var' | 'trace' | 'names'

export function selectTypes(btf: Btf, roots: string): Selection {
  const rules = readRoots(roots)
  const unmatched = new Set([...rules].flatMap(([rule, patterns]) => patterns.map((p) => `${rule} ${p}`)))
  const matches = (rule: Rule, name: string): boolean => {
    let found = false
    for (const pattern of rules.get(rule) ?? []) {
      if (!matcher(pattern).test(name)) continue
      unmatched.delete(`${rule} ${pattern}`)
      found = true
    }
    return found
  }
  /** Kept as they are; what they refer to is at least declared. */
  const whole = new Set<BtfId>()
  const declared = new Set<BtfId>()
  const kfuncs = new Set(btf.types.flatMap((t) => (t.kind === 'decl_tag' ? [t.type] : [])))
  const work: { readonly id: BtfId; readonly byValue: boolean }[] = []
  const want = (id: BtfId, byValue: boolean) => work.push({ id, byValue })

  for (const [id, t] of btf.types.entries()) {
    switch (t.kind) {
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
        if (t.name !== '' ? matches('type', t.name) : 'values' in t && t.values.some((v) => matches('enum', v.name))) want(id, true)
        break
      case 'typedef':
        if (t.name.startsWith('btf_trace_')) {
          const name = t.name.slice('btf_trace_'.length)
          const deep = matches('trace', name)
          if (deep || matches('names', name)) want(id, false)
          if (deep) for (const pointee of pointees(btf, t.type)) want(pointee, true)
        } else if (matches('type', t.name)) want(id, true)
        break
      case 'func':
        if (kfuncs.has(id)) for (const pointee of pointees(btf, t.type)) want(pointee, true)
        if (kfuncs.has(id) || matches('func', t.name)) want(id, false)
        break
      case 'var':
        if (matches('var', t.name)) want(id, false)
        break
      case 'decl_tag':
        want(id, false)
        break
      case 'int':
      case 'float':
        want(id, true)
        break
      default:
    }
  }
  for (let next = work.pop(); next; next = work.pop()) {
    const { id, byValue } = next
    const t = btf.types[id]
    if (isComposite(t) && !byValue && t.name !== '') {
      declared.add(id)
      continue
    }
    if (id === 0 || whole.has(id)) continue
    whole.add(id)
    // Behind a pointer only the name matters, and so in a prototype; a declaration tag and a variable say nothing of what they name.
    const inside = byValue || t.kind === 'struct' || t.kind === 'union'
    for (const ref of referredIds(t)) want(ref, inside && t.kind !== 'ptr' && t.kind !== 'func_proto')
  }
  return {
    types: new Map([...new Set([...whole, ...declared])].map((id) => [id, whole.has(id) ? btf.types[id] : forward(btf.types[id])])),
    cut: [...declared].filter((id) => !whole.has(id) && btf.types[id].kind !== 'fwd').sort((a, b) => a - b),
    unmatched: [...unmatched],
  }
}

function readRoots(text: string): Map<Rule, string[]> {
  const rules = new Map<Rule, string[]>()
  for (const line of text.split('\n')) {
    const [rule, ...patterns] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (rule !== '') rules.set(rule as Rule, [...(rules.get(rule as Rule) ?? []), ...patterns])
  }
  return rules
}

const matchers = new Map<string, RegExp>()
function matcher(pattern: string): RegExp {
  let made = matchers.get(pattern)
  if (!made) matchers.set(pattern, (made = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)))
  return made
}

const isComposite = (t: BtfType): t is BtfType & { name: string } =>
  t.kind === 'struct' || t.kind === 'union' || t.kind === 'enum' || t.kind === 'enum64'

/** Named structs that parameters of a prototype (behind pointers and typedefs) point to. */
function pointees(btf: Btf, id: BtfId): BtfId[] {
  const found: BtfId[] = []
  const visit = (at: BtfId, depth: number): void => {
    const t = btf.types[at]
    if (depth > 8) return
    if (isComposite(t)) found.push(at)
    else if (t.kind === 'func_proto') {
      if (depth <= 2) for (const ref of referredIds(t)) visit(ref, depth + 1)
    } else if ('type' in t) visit(t.type, depth + 1)
  }
  visit(id, 0)
  return found
}

/** What is left of a type whose body is not kept. An enum has no forward declaration: it keeps its size and loses its values. */
function forward(t: BtfType): BtfType {
  if (t.kind === 'struct' || t.kind === 'union') return { kind: 'fwd', name: t.name, isUnion: t.kind === 'union' }
  if (t.kind === 'enum' || t.kind === 'enum64') return { ...t, values: [] }
  return t
}
