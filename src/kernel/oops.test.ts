// Programs that were rejected, run all the same: where they stop on both engines, and what a kernel would have said. And the WebAssembly of a program, by
// its instructions.
import { expect, it } from 'vitest'
import { helperByName } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { createKernel, kernelReport, loadProgram, outcome, programText, runInvocation, startInvocation } from './index.ts'

function load(text: string, engine: 'interp' | 'jit', verified = false) {
  const made = assemble(makeSource('t.s', text), { helper: (name) => helperByName(name)?.id })
  if (!made.program) throw new Error(JSON.stringify(made.diagnostics))
  const kernel = createKernel({ engine, verified })
  const loaded = loadProgram(kernel, { ...made.program, type: 'xdp' })
  if (!loaded.ok) throw new Error('not loaded')
  return { kernel, program: loaded.program }
}

function reported(text: string, engine: 'interp' | 'jit'): string {
  const { kernel, program } = load(text, engine)
  startInvocation(kernel, program, new Uint8Array(64), 0)
  runInvocation(kernel, 100_000)
  const { fault } = outcome(kernel)
  if (!fault) return outcome(kernel).kind
  const { oops, kasan } = kernelReport(fault, 'x')
  return [fault.text, ...oops.split('\n').slice(0, 1), ...kasan.split('\n')].filter((line) => line !== '').join(' | ')
}

const PACKET_LOOP =
  'r2 = *(u32 *)(r1 +0)\nr3 = 0\nr0 = 0\nagain:\nr4 = *(u8 *)(r2 +0)\nr0 += r4\nr2 += 1\nr3 += 1\nif r3 < 100 goto again\nexit'

it.each([
  [
    'r1 = 0\nr0 = *(u32 *)(r1 +4)\nexit',
    'read of 4 bytes at 0x4: a null pointer | BUG: kernel NULL pointer dereference, address: 0000000000000004 | BUG: KASAN: null-ptr-deref in bpf_prog_x+0x8 | Read of size 4 at addr 0000000000000004',
  ],
  [
    'r1 = 0xffff888200000000 ll\n*(u8 *)(r1 +0) = 1\nr0 = 0\nexit',
    'write of 1 byte at 0xffff888200000000: no memory there | BUG: unable to handle page fault for address: ffff888200000000',
  ],
  [
    'r1 = 0x123456789abcdef0 ll\nr0 = *(u64 *)(r1 +0)\nexit',
    'read of 8 bytes at 0x123456789abcdef0: no memory there | Oops: general protection fault, probably for non-canonical address 0x123456789abcdef0: 0000 [#1] SMP NOPTI',
  ],
  [
    'r0 = *(u64 *)(r10 +0)\nexit',
    /read of 8 bytes at stack fp \+0: out of bounds \| BUG: KASAN: stack-out-of-bounds in bpf_prog_x\+0x0 \| Read of size 8 at addr ffffc900/,
  ],
  // A field of the view that programs only read: what is written there is another field of the kernel's own structure, and nobody notices.
  ['r2 = 1\n*(u32 *)(r1 +16) = r2\nr0 = 2\nexit', 'write of 4 bytes at ctx +16: no such access to the context'],
  ['r0 = *(u32 *)(r1 +1024)\nexit', /no such access to the context \| BUG: KASAN: slab-out-of-bounds in bpf_prog_x/],
  [PACKET_LOOP, /read of 1 byte at packet \+64: out of bounds \| BUG: KASAN: slab-out-of-bounds in bpf_prog_x\+0x18/],
])('%s', (text, expected) => {
  const [interpreted, compiled] = [reported(text, 'interp'), reported(text, 'jit')]
  expect(interpreted).toMatch(expected)
  expect(compiled).toBe(interpreted)
})

it('shows the WebAssembly of each instruction', () => {
  const { kernel, program } = load('r0 = 2\nr0 += 3\nif r0 > 4 goto out\nr0 = 0\nout:\nexit', 'jit', true)
  const functions = programText(kernel, program)!
  expect(functions.map((f) => f.name)).toEqual(['main', 'enter_f0'])
  const of = (insn: number): string =>
    functions[0].lines
      .filter((line) => line.insn === insn)
      .map((line) => line.text)
      .join('; ')
  expect(of(0)).toBe('i64.const 2; local.set 6')
  expect(of(1)).toBe('local.get 6; i64.const 3; i64.add; local.set 6')
  expect(of(2)).toMatch(/^local.get 6; i64.const 4; i64.gt_u/)
  expect(functions[0].lines.every((line) => line.depth >= 0 && !line.text.startsWith('0x'))).toBe(true)
})
