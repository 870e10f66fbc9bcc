// Programs that are rejected, run on packets because somebody asks for it: every access is checked, the first wrong one ends the run, an endless one is
// ended, and what is accepted runs as ever.
import { expect, it } from 'vitest'
import { defaultProject, type Project, startBuildWith } from './index.ts'

const project = (body: string): Project => ({
  ...defaultProject,
  files: [
    {
      path: 'a.c',
      text: `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int a(struct xdp_md *ctx) {\n${body}\n}\nchar L[] SEC("license") = "GPL";\n`,
    },
  ],
  build: { ...defaultProject.build, main: 'a.c' },
  scenario: { ...defaultProject.scenario, attach: [{ program: 'a', node: '', interface: '' }], views: [] },
})

function built(body: string, anyway: boolean) {
  const work = startBuildWith(project(body), 1, () => 0, undefined, undefined, anyway)
  while (work.run() === 'more');
  return work.build()
}

const UNCHECKED = 'unsigned char *p = (void *)(long)ctx->data; return p[200] == 8 ? XDP_PASS : XDP_DROP;'

it('is asked for: else nothing runs', () => {
  expect(built(UNCHECKED, false).report).toMatchObject({ notRun: 'rejected', totalTicks: 0 })
  expect(built(UNCHECKED, false).report.anyway).toBeUndefined()
})

it('stops at the access that goes wrong, and only where it does', () => {
  const build = built(UNCHECKED, true)
  const { report } = build
  expect(report).toMatchObject({ notRun: '', anyway: true })
  expect(report.programs[0].verdict.verdict).toBe('rejected')
  for (const row of report.packets) expect(row.verdict === 'fault', `${row.sizeBytes}`).toBe(row.sizeBytes <= 200)
  const small = report.packets.findIndex((p) => p.sizeBytes <= 200)
  const end = build.move(0, { kind: 'packet', packet: small, step: 1e6 })
  expect(end.fault).toMatch(/^read of 1 byte at packet \+200: out of bounds/)
})

it('ends what never ends', () => {
  const { report } = built('for (volatile int i = 0;; i++) if (i < 0) return XDP_DROP; return XDP_PASS;', true)
  expect(report.programs[0].verdict.verdict).toBe('rejected')
  expect(new Set(report.packets.map((p) => p.ticks))).toEqual(new Set([(1 << 17) + 1]))
})

it('changes nothing for what is accepted', () => {
  const [one, other] = [built('return XDP_PASS;', true).report, built('return XDP_PASS;', false).report]
  expect(one).toEqual(other)
  expect(one.anyway).toBeUndefined()
})
