// Ids of another kernel's types: made up ones, and those of the running kernel where it can be asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import { keptKernel, openC, renderDiagnostics, verify, writeElf } from '../engine/index.ts'
import { assembleText } from './generate/record.ts'
import { inOwnIds } from './kernel-ids.ts'
import { askObjects, capturedProgram, readAnswers, whyNoObjects } from './objects.ts'

const kernel = await loadKernelBtf()
const id = (name: string) => kernel.find(name)!
const bytes = (text: string) => toHex(assembleText(text, []))
const FOREIGN = 4_000_001

describe('ids of another kernel', () => {
  test('calls and their line in the log', () => {
    const own = inOwnIds(
      {
        insns: bytes(`call bpf_rcu_read_lock#${FOREIGN}; call 5; r0 = ${FOREIGN}; exit`),
        kernel: { [FOREIGN]: 'bpf_rcu_read_lock' },
        log: `0: (85) call bpf_rcu_read_lock#${FOREIGN}\n1: (85) call bpf_ktime_get_ns#5\n2: (b7) r0 = ${FOREIGN}`,
        said: `kfunc bpf_rcu_read_lock#${FOREIGN} failed`,
      },
      kernel,
    )
    const lock = id('bpf_rcu_read_lock')
    expect(own.insns).toBe(bytes(`call bpf_rcu_read_lock#${lock}; call 5; r0 = ${FOREIGN}; exit`))
    expect(own.log).toBe(`0: (85) call bpf_rcu_read_lock#${lock}\n1: (85) call bpf_ktime_get_ns#5\n2: (b7) r0 = ${FOREIGN}`)
    expect(own.said).toBe(`kfunc bpf_rcu_read_lock#${lock} failed`)
    expect(own.lacks).toBeUndefined()
  })

  test('the type that is cast to, where the capture says so', () => {
    const words = (type: number, cast: number) => bytes(`r2 = ${type}; r1 = 0; call bpf_rdonly_cast#${cast}; r2 = ${FOREIGN}; exit`)
    const own = inOwnIds(
      { insns: words(FOREIGN, FOREIGN + 1), kernel: { [FOREIGN + 1]: 'bpf_rdonly_cast' }, casts: { 0: 'task_struct' }, log: '' },
      kernel,
    )
    expect(own.insns).toBe(words(id('task_struct'), id('bpf_rdonly_cast')))
  })

  test('types of arguments that the log tells', () => {
    const log = (type: number) => `func 'task_newtask' arg0 has btf_id ${type} type STRUCT 'task_struct'\n`
    expect(inOwnIds({ insns: '', kernel: {}, log: log(FOREIGN) }, kernel).log).toBe(log(kernel.find('task_struct', 'struct')!))
  })

  test('what the kept types lack does not become another type', () => {
    const insns = bytes(`call x#${id('bpf_rcu_read_lock')}; exit`)
    const kfunc = (name: string) => inOwnIds({ insns, kernel: { [id('bpf_rcu_read_lock')]: name }, log: '' }, kernel)
    expect(kfunc('no_such_kfunc').lacks).toBe('no_such_kfunc')
    // A struct of the name is no function.
    expect(kfunc('task_struct').lacks).toBe('task_struct')
    expect(kfunc('').lacks).toMatch(/^type \d+$/)
  })

  test('an id that names nothing stays', () => {
    const insns = bytes(`call x#${FOREIGN}; exit`)
    const own = inOwnIds({ insns, kernel: { [FOREIGN]: '' }, log: '' }, kernel)
    expect({ insns: own.insns, lacks: own.lacks }).toEqual({ insns, lacks: undefined })
  })
})

const C = `
typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define __ksym __attribute__((section(".ksyms")))
struct task_struct { int pid; } __attribute__((preserve_access_index));
struct bpf_iter_num { u64 state[1]; } __attribute__((aligned(8)));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int from, int to) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern void *bpf_rdonly_cast(const void *object, unsigned int type) __ksym;

SEC("tc") int count(void *ctx)
{
	struct bpf_iter_num it;
	int *i, sum = 0;

	bpf_iter_num_new(&it, 0, 9);
	while ((i = bpf_iter_num_next(&it)))
		sum += *i;
	bpf_iter_num_destroy(&it);
	return sum & 1;
}

SEC("tc") int cast(void *ctx)
{
	struct task_struct *task = bpf_rdonly_cast(ctx, __builtin_btf_type_id(*(struct task_struct *)0, 1));

	return task->pid & 1;
}
char license[] SEC("license") = "GPL";
`

const missing = whyNoObjects()
if (missing) console.log(`The running kernel is not asked: ${missing}.`)

describe.skipIf(missing)('ids of the running kernel', () => {
  test('a capture has the instructions that our loader gives, and the log that our verifier writes', () => {
    const opened = openC('ids.c', C, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, kernel: keptKernel(kernel) })
    const sources = new Map(opened.sources.map((s) => [s.path, s]))
    expect(renderDiagnostics([...opened.diagnostics, ...opened.loading], (path) => sources.get(path))).toBe('')
    const dir = mkdtempSync(join(tmpdir(), 'beeyard-'))
    try {
      const file = join(dir, 'ids.o')
      writeFileSync(file, writeElf(opened.object!))
      const { programs, types } = readAnswers(askObjects([file], 2), kernel)
      expect(programs.map((captured) => captured.name)).toEqual(['count', 'cast'])
      for (const captured of programs) {
        expect(captured.libbpf).toBeUndefined()
        const program = capturedProgram(captured, types)
        if (typeof program === 'string') throw new Error(program)
        expect(toHex(program.code)).toBe(toHex(opened.programs.find(({ name }) => name === captured.name)!.code))
        const own = verify(program, { logLevel: 2, kernel })
        expect(own.verdict).toBe(captured.verdict)
        const calls = (log: string) => log.match(/call \w+#\d+/g)
        expect(calls(own.log)).toEqual(calls(captured.log))
        expect(own.stats.processed).toBe(Number(/processed (\d+) insns/.exec(captured.log)?.[1]))
      }
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
