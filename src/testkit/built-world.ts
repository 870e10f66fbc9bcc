// A project of C and a scenario, built and run: what tests of whole worlds stand on. Every program has to be accepted and to run.
import { expect } from 'vitest'
import type { KernelBtf } from '../abi/index.ts'
import { type Build, type Project, readProject, type Scenario, startBuild } from '../engine/index.ts'

export function build(
  source: string,
  scenario: Omit<Scenario, 'seed' | 'maps' | 'views'> & Partial<Scenario>,
  kernel?: KernelBtf,
  wrong: readonly string[] = [],
): Build {
  const json: Project = {
    version: 1,
    files: [{ path: 'p.c', text: source }],
    build: { main: 'p.c', cpu: 3, defines: {} },
    verifier: { logLevel: 1, flags: 0 },
    scenario: { seed: 1, maps: [], views: [], ...scenario },
  }
  const read = readProject(JSON.parse(JSON.stringify(json)))
  if (!read.ok) throw new Error(`not a project: ${read.path}`)
  const work = startBuild(read.project, 1, () => 0, kernel)
  while (work.run() === 'more');
  const done = work.build()
  expect(done.report.diagnostics.map((d) => `${d.code} ${d.params}`)).toEqual(wrong)
  expect(done.report.programs.filter((p) => p.verdict.verdict !== 'accepted').map((p) => `${p.name}: ${p.verdict.message}`)).toEqual([])
  expect(done.report.notRun).toBe('')
  return done
}

export const notes = (b: Build): string[] => b.events(0, 5000).events.flatMap((e) => (e.kind === 'note' ? [`${e.node}: ${e.text}`] : []))

export const HEAD = `#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/in.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
char LICENSE[] SEC("license") = "GPL";
`
