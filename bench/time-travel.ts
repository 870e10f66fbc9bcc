// Recording and time travel: one run of ten million instructions on the timeline. What recording costs (instructions a second, bytes a step), and how
// long it takes to stand anywhere in the run, and one step further back.
// Usage: npm run -s bench:time-travel -- [--seeks N]
import { openC } from '../src/engine/index.ts'
import { createTimeline, runNext, seek } from '../src/engine/timeline.ts'
import { createSingleRun } from '../src/engine/world-run.ts'

const words = process.argv.slice(2)
const seeks = words.includes('--seeks') ? Number(words[words.indexOf('--seeks') + 1]) : 200
const SOURCE = `
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static __u64 counts[64];
SEC("xdp") int run(struct xdp_md *ctx)
{
	__u64 sum = ctx->rx_queue_index;
	for (__u32 i = 0; i < 800000; i++) {
		__u64 *v = &counts[i & 63];
		*v += i;
		sum = sum * 31 + (*v ^ i);
	}
	return sum & 1 ? XDP_PASS : XDP_DROP;
}
char LICENSE[] SEC("license") = "GPL";`

const opened = openC('travel.bpf.c', SOURCE, { include: () => undefined, includeDirs: [], defines: {}, cpu: 3, passes: false })
const program = opened.programs[0]
if (!program) throw new Error(JSON.stringify(opened.diagnostics[0]))
const made = createSingleRun(program, [{ atNs: 0, data: new Uint8Array(64) }], { seed: 1, maps: [] })
if (!made.ok) throw new Error(made.unsupported)
const t = createTimeline(made.world)

/** Milliseconds, sorted. */
const spread = (ms: readonly number[]): string => {
  const sorted = [...ms].sort((a, b) => a - b)
  const at = (share: number): string => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(2)
  return `median ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, most ${at(1)} ms`
}
function timed(what: () => void): number {
  const before = performance.now()
  what()
  return performance.now() - before
}

const heap = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
const before = heap()
const cpu = process.cpuUsage()
const ms = timed(() => {
  while (runNext(t) === 'more');
})
const { user, system } = process.cpuUsage(cpu)
const { steps } = t.runs[0]
console.log(
  `${steps} steps; recording: ${(steps / ms / 1000).toFixed(1)} million instructions a second (${(steps / (user + system)).toFixed(1)} of processor time), ${((heap() - before) / steps).toFixed(2)} bytes a step, ${t.frames.length} keyframes`,
)
let x = 12345
const somewhere = (): number => {
  x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
  return 1 + (x % (steps - 1))
}
const there: number[] = []
const back: number[] = []
for (let i = 0; i < seeks; i++) {
  const step = somewhere()
  there.push(timed(() => seek(t, 0, step)))
  back.push(timed(() => seek(t, 0, step - 1)))
}
console.log(`anywhere: ${spread(there)}`)
console.log(`one step back: ${spread(back)}`)
