// The reference: many programs in one file, compiled by gcc without optimisation and run over the same inputs, each run in a process of its
// own, so that globals are fresh and a crash is an answer too.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toHex } from '../../base/index.ts'
import { outputOf } from '../oracle.ts'
import { type CProgram, nativeText } from './program.ts'

export interface NativeRun {
  readonly retval: number
  /** The packet after the run, in hex. */
  readonly data: string
}
/** By program, then by input; a text where it crashed. */
export type NativeRuns = readonly (readonly (NativeRun | string)[])[]

export type NativeResult = { readonly ok: true; readonly runs: NativeRuns } | { readonly ok: false; readonly error: string }

export interface NativeOptions {
  readonly compiler?: string
  readonly flags?: readonly string[]
}

const FLAGS = ['-O0', '-w', '-Wno-packed-bitfield-compat', '-std=gnu11']

export function runNative(
  programs: readonly CProgram[],
  inputs: readonly Uint8Array[],
  { compiler = 'gcc', flags = FLAGS }: NativeOptions = {},
): NativeResult {
  const { dir, source, binary } = prepare(programs, inputs)
  try {
    const built = spawnSync(compiler, [...flags, '-o', binary, source], { encoding: 'utf8' })
    if (built.status !== 0) return { ok: false, error: built.stderr }
    const text = execFileSync(binary, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'inherit'] })
    return { ok: true, runs: runsOf(programs, text.trim().split('\n')) }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** The same beside us; fails where the batch does not compile, with what gcc said on standard error. */
export async function runNativeBeside(programs: readonly CProgram[], inputs: readonly Uint8Array[]): Promise<NativeRuns> {
  const { dir, source, binary } = prepare(programs, inputs)
  try {
    await outputOf('gcc', [...FLAGS, '-o', binary, source], dir)
    return runsOf(programs, await outputOf(binary, [], dir))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function prepare(programs: readonly CProgram[], inputs: readonly Uint8Array[]) {
  const dir = mkdtempSync(join(tmpdir(), 'beeyard-c-'))
  const [source, binary] = [join(dir, 'batch.c'), join(dir, 'batch')]
  writeFileSync(source, `${nativeText(programs)}\n${main(programs, inputs)}`)
  return { dir, source, binary }
}

function runsOf(programs: readonly CProgram[], lines: readonly string[]): NativeRuns {
  const runs: (NativeRun | string)[][] = programs.map(() => [])
  for (const line of lines) {
    const [program, input, ...answer] = line.split(' ')
    runs[Number(program)][Number(input)] = answer[0] === 'signal' ? answer.join(' ') : { retval: Number(answer[0]), data: answer[1] }
  }
  return runs
}

function main(programs: readonly CProgram[], inputs: readonly Uint8Array[]): string {
  return `#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
static u32 (*const entries[])(u8 *) = { ${programs.map((p) => `${p.prefix}entry`).join(', ')} };
static const char *const inputs[] = { ${inputs.map((b) => `"${toHex(b)}"`).join(', ')} };

int main(void)
{
	for (unsigned p = 0; p < sizeof(entries) / sizeof(*entries); p++)
		for (unsigned i = 0; i < sizeof(inputs) / sizeof(*inputs); i++) {
			int status;
			pid_t child = fork();

			if (!child) {
				u8 packet[4096];
				unsigned n = strlen(inputs[i]) / 2;

				alarm(5);
				for (unsigned k = 0; k < n; k++)
					sscanf(inputs[i] + 2 * k, "%2hhx", &packet[k]);
				printf("%u %u %u ", p, i, entries[p](packet));
				for (unsigned k = 0; k < n; k++)
					printf("%02x", packet[k]);
				printf("\\n");
				fflush(stdout);
				_exit(0);
			}
			waitpid(child, &status, 0);
			if (WIFSIGNALED(status)) {
				printf("%u %u signal %d\\n", p, i, WTERMSIG(status));
				fflush(stdout);
			}
		}
	return 0;
}
`
}
