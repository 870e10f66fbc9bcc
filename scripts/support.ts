// Writes docs/support.md. Usage: npm run -s support
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadKernelBtf } from '../src/abi/index.ts'
import { supportMatrix } from '../src/testkit/support.ts'

const root = process.cwd()
writeFileSync(join(root, 'docs/support.md'), supportMatrix(await loadKernelBtf(), root))
