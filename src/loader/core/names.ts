// Names as CO-RE compares them: `task_struct___old` is a flavour of `task_struct`, and only what stands before the last separator counts.
// The separator is three underscores with another character on either side. libbpf: bpf_core_essential_name_len().

/** The name without its flavour. */
export function essentialName(name: string): string {
  for (let i = name.length - 5; i >= 0; i--) if (isSeparator(name, i)) return name.slice(0, i + 1)
  return name
}

const isSeparator = (name: string, i: number): boolean => name[i] !== '_' && name.startsWith('___', i + 1) && name[i + 4] !== '_'

/** Whether two names mean the same; a name that is empty means an empty one only. */
export const sameEssence = (a: string, b: string): boolean => essentialName(a) === essentialName(b)
