// C types as clang spells them in diagnostics: `struct ethhdr *`, `int (*)(void *)`, `__u32 (aka 'unsigned int')`.
import { never } from '../../base/index.ts'
import { canonical } from './ctypes.ts'
import type { CType } from './types.ts'

/** The type's spelling around a declarator (empty for the type alone). */
export function printType(t: CType, declarator = '', depth = 0): string {
  if (depth > 40) return '...'
  const space = declarator === '' || declarator.startsWith('[') ? '' : ' '
  switch (t.kind) {
    case 'void':
      return `void${space}${declarator}`
    case 'int':
    case 'float':
      return `${t.name}${space}${declarator}`
    case 'typedef':
      return `${t.name}${space}${declarator}`
    case 'record':
      return `${t.tag} ${t.name ?? '(unnamed)'}${space}${declarator}`
    case 'enum':
      return `enum ${t.name ?? '(unnamed)'}${space}${declarator}`
    case 'tagged':
      return printType(t.of, declarator, depth + 1)
    case 'qualified': {
      const words = [t.const && 'const', t.volatile && 'volatile', t.restrict && 'restrict'].filter(Boolean).join(' ')
      if (t.atomic) return `${words === '' ? '' : `${words} `}_Atomic(${printType(t.of, '', depth + 1)})${space}${declarator}`
      if (t.of.kind === 'pointer') return printType(t.of, `${words}${space}${declarator}`, depth + 1)
      return `${words} ${printType(t.of, declarator, depth + 1)}`
    }
    case 'pointer': {
      const to = t.to
      const star = `*${declarator}`
      return printType(to, to.kind === 'array' || to.kind === 'function' ? `(${star})` : star, depth + 1)
    }
    case 'array':
      return printType(t.element, `${declarator}[${t.count ?? ''}]`, depth + 1)
    case 'function': {
      const params = t.params.map((p) => printType(p.type, '', depth + 1))
      if (t.variadic) params.push('...')
      const list = params.length > 0 ? params.join(', ') : t.prototype ? 'void' : ''
      return printType(t.ret, `${declarator}(${list})`, depth + 1)
    }
    default:
      return never(t)
  }
}

/** For messages: the type, and what a typedef stands for. In quotes already. */
export function quoteType(t: CType): string {
  const text = printType(t)
  if (!hasTypedef(t)) return `'${text}'`
  const aka = printType(desugar(t))
  return aka === text ? `'${text}'` : `'${text}' (aka '${aka}')`
}

function hasTypedef(t: CType): boolean {
  switch (t.kind) {
    case 'typedef':
      return true
    case 'qualified':
    case 'tagged':
      return hasTypedef(t.of)
    case 'pointer':
      return hasTypedef(t.to)
    case 'array':
      return hasTypedef(t.element)
    default:
      return false
  }
}

function desugar(t: CType): CType {
  switch (t.kind) {
    case 'typedef':
      return desugar(t.of)
    case 'tagged':
      return desugar(t.of)
    case 'qualified': {
      const of = desugar(t.of)
      return of.kind === 'qualified' ? { ...of, const: of.const || t.const, volatile: of.volatile || t.volatile } : { ...t, of }
    }
    case 'pointer':
      return { kind: 'pointer', to: desugar(t.to) }
    case 'array':
      return { ...t, element: desugar(t.element) }
    default:
      return canonical(t)
  }
}
