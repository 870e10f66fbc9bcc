// What a call asks for, in words for a refusal: "helper bpf_sk_assign#124".
import { helperById } from '../abi/index.ts'

export function callName(kind: 'helper' | 'kfunc', id: number, kfuncName: (id: number) => string | undefined): string {
  if (kind === 'kfunc') return `kfunc ${kfuncName(id) ?? `#${id}`}`
  const row = helperById(id)
  return row ? `helper ${row.name}#${id}` : `helper #${id}`
}
