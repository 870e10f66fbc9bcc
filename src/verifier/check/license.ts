// Licences under which a program may use what is for GPL programs only. Linux: license_is_gpl_compatible().
import type { Env } from '../env.ts'

const GPL_LICENSES: ReadonlySet<string> = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
])

export const isGplCompatible = (env: Env): boolean => GPL_LICENSES.has(env.program.license)
