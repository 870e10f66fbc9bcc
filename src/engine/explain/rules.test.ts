// Every message that the verifier can print is of a kind with words of its own. The messages are read off the verifier's source, so that a
// new one without a rule fails here.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAssembly } from '../toolchain.ts'
import { explainPath } from './explain.ts'

const folder = join(import.meta.dirname, '../../verifier')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'))

/** Literal texts of a source that end in a line feed, with 1 for what is put in; texts of states and of bookkeeping are left out. */
function messages(source: string): string[] {
  const out: string[] = []
  for (const [, said] of source.matchAll(
    /\b(?:verbose\(\s*[\w.]+,|refuse\((?:env, )?)\s*((?:'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")(?:\s*\+\s*(?:'[^']*'|`[^`]*`))*)/g,
  )) {
    const text = said
      .replace(/['`"]\s*\+\s*['`"]/g, '')
      .slice(1, -1)
      .replaceAll('\\n', '\n')
      .replaceAll("\\'", "'")
    out.push(hollow(text).trim())
  }
  return out.filter((text) => text.includes(' ') && !/^(?:1\s*)+$/.test(text))
}

/** `${...}`, nested or not, becomes 1. */
function hollow(text: string): string {
  let out = ''
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith('${', i)) {
      if (depth++ === 0) out += '1'
      i++
    } else if (depth > 0 && text[i] === '{') depth++
    else if (depth > 0 && text[i] === '}') depth--
    else if (depth === 0) out += text[i]
  }
  return out
}

const all = files.flatMap((file) => messages(readFileSync(join(folder, file), 'utf8')))

/** Where a hole of a message holds more than a number: what stands there. */
const FILLED: Readonly<Record<string, string>> = {
  'invalid func 1': 'invalid func unknown#1',
  'R1 1': 'R1 leaks addr into map',
  'program of this type cannot use helper 1': 'program of this type cannot use helper bpf_a#1',
  '1 map forbidden, value_size=1 off=1 size=1': 'write into map forbidden, value_size=1 off=1 size=1',
  'dereference of modified 1 ptr R1 off=1 disallowed': 'dereference of modified ctx ptr R1 off=1 disallowed',
  'variable 1 access var_off=1 disallowed': 'variable ctx access var_off=(0x0; 0x4) disallowed',
  '1 the register R1 has1 should have been in [1, 1]': 'At program exit the register R0 has smin=1 should have been in [1, 1]',
  'invalid unbounded variable-offset 1 stack R1': 'invalid unbounded variable-offset read from stack R1',
  'invalid 1 stack R1 off=1 size=1': 'invalid write to stack R1 off=1 size=1',
  'invalid variable-offset 1 stack R1 var_off=1 off=1 size=1': 'invalid variable-offset read from stack R1 var_off=1 off=1 size=1',
  'R1 pointer 1 pointer prohibited': 'R1 pointer += pointer prohibited',
  'offset 1 is not multiple of 8': "func 'f' offset 1 is not multiple of 8",
  "doesn't have 1-th argument": "func 'f' doesn't have 1-th argument",
  'size 1 must be 8': "func 'f' size 1 must be 8",
  '1 not found at offset=1': 'bpf_list_head not found at offset=1',
  'expected uninitialized 1 as arg #1': 'expected uninitialized iter_num as arg #1',
  'expected an initialized 1 as arg #1': 'expected an initialized iter_num as arg #1',
}
const filled = (message: string): string => FILLED[message] ?? message

/** The second line of a refusal, never alone. */
const SECOND = /^R1 (?:offset is outside of the packet|m(?:in|ax) value is outside of the allowed memory range)$/

/** No refusals: statistics, and what is said of the functions that are verified. */
const CHATTER = /^(?:verification time|processed 1|Validating|func#)/

test('every message has a kind', () => {
  const [program] = openAssembly('a.s', 'r0 = 0\nexit\n').programs
  expect(all.length).toBeGreaterThan(150)
  const refusals = all.filter((message) => !CHATTER.test(message) && !SECOND.test(message)).map(filled)
  const bare = refusals.filter((message) => explainPath(program, { message, insn: 0 }, [], 'a.s')?.code === 'outside')
  expect([...new Set(bare)]).toEqual([])
})

test.each([
  ['bpf_spin_lock at off=16 must be held for bpf_rb_root', 'lockNeeded'],
  ['bpf_spin_unlock without taking a lock', 'lockOrder'],
  ["map 'm' has no valid bpf_spin_lock", 'fieldMissing'],
  ['tracing progs cannot use bpf_spin_lock yet', 'fieldProgType'],
  ["R7 invalid mem access 'ptr_or_null_'", 'maybeNull'],
  ["R4 invalid mem access 'pkt_end'", 'noDereference'],
  ['release kernel function bpf_task_release expects refcounted PTR_TO_BTF_ID', 'notAcquired'],
  ['LSM programs must have a GPL compatible license', 'gpl'],
  ['f() is not modifiable', 'attachTarget'],
  ['no write support to nf_conn at off 128', 'structWrite'],
])('%s', (message, code) => {
  const [program] = openAssembly('a.s', 'r0 = 0\nexit\n').programs
  expect(explainPath(program, { message, insn: 0 }, [], 'a.s')?.code).toBe(code)
})
