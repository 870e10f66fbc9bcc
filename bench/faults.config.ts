// Vitest for bench/faults.ts: plants the fault whose number is in FAULT while a module of the verifier is loaded. Nothing is written.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { FAULTS } from './faults.table.ts'

const root = join(import.meta.dirname, '..')
const fault = FAULTS[Number(process.env['FAULT'])]

export default defineConfig({
  root,
  plugins: [
    {
      name: 'plant',
      enforce: 'pre',
      transform: (code: string, id: string) =>
        fault && id.split('?')[0] === join(root, 'src/verifier', fault.file) ? code.replace(fault.find, () => fault.put) : undefined,
    },
  ],
  test: { environment: 'node', testTimeout: 60_000, bail: 1, include: ['src/verifier/**/*.test.ts'] },
})
