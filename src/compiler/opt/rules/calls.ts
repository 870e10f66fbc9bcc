// Rules for calls: copies and fills whose size has become a literal.
import { libraryName } from '../../ir/index.ts'
import type { Rule } from './rule.ts'

/** The largest copy that is taken apart into loads and stores; longer ones stay calls, which are errors. */
const MOST_BYTES = 1024n

export const CALL_RULES: readonly Rule<'call'>[] = [
  {
    name: 'copy or fill of known size',
    apply: ({ args: [callee, to, from, bytes, alignment] }, c) => {
      const name = libraryName(callee)
      if (!name || bytes.kind !== 'const' || alignment.kind !== 'const' || bytes.value > MOST_BYTES) return undefined
      const [size, align] = [Number(bytes.value), Number(alignment.value)]
      if (size === 0) return to
      if (name === 'memset') return c.make({ kind: 'memset', type: 'void', args: [to, from], size, align, volatile: false })
      return c.make({ kind: 'memcpy', type: 'void', args: [to, from], size, align, overlap: name === 'memmove', volatile: false })
    },
  },
]
