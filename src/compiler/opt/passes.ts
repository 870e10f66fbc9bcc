// The order of the middle end, read from top to bottom. The page's pass view is made from this list.
//
// A pass is given the module; `perFunction` makes one of a pass over functions. Passes before `legalize` know nothing of the machine.
import { type Func, type Module, printModule, validateModule } from '../ir/index.ts'
import { alignStack } from './align-stack.ts'
import { correlate } from './correlate.ts'
import { dce } from './dce.ts'
import { divide } from './divide.ts'
import { dropSigns, dropSignsWithout32 } from './drop-signs.ts'
import { dropUnused } from './drop-unused.ts'
import { dse } from './dse.ts'
import { expandMem } from './expand-mem.ts'
import { gvn, gvnOfLegal } from './gvn.ts'
import { type Ledger, makeLedger, markSound, runUnlessIdle, uncheckedIn } from './idle.ts'
import { inline } from './inline.ts'
import { jumpThreading } from './jump-threading.ts'
import { legalize } from './legalize.ts'
import { lowerSelect } from './lower-select.ts'
import { lowerSwitch } from './lower-switch.ts'
import { mem2reg } from './mem2reg.ts'
import { settle } from './settle.ts'
import { shareSlots } from './share-slots.ts'
import { simplify } from './simplify.ts'
import { simplifyCfg } from './simplify-cfg.ts'
import { sinkCasts } from './sink-casts.ts'
import { sinkLoads } from './sink-loads.ts'
import { sroa } from './sroa.ts'
import { unroll } from './unroll.ts'

export interface Pass {
  readonly name: string
  /** The back end cannot do without it. */
  readonly needed?: boolean
  readonly run: (module: Module, cpu: number, ledger: Ledger) => void
}

const byCpu = (name: string, runOf: (cpu: number) => (fn: Func) => void, needed = false): Pass => ({
  name,
  needed,
  run: (module, cpu, ledger) => {
    for (const fn of module.funcs) if (fn.blocks.length > 0) runUnlessIdle(ledger, fn, runOf(cpu))
    ledger.stale = false
  },
})

const perFunction = (name: string, run: (fn: Func) => void, needed = false): Pass => byCpu(name, () => run, needed)

/** A pass that may change any function, and functions that it was not asked about. */
const perModule = (name: string, run: Pass['run'], needed = false): Pass => ({
  name,
  needed,
  run: (module, cpu, ledger) => {
    run(module, cpu, ledger)
    ledger.stale = true
  },
})

/** What a function needs before it is judged, and copied, as a callee. */
function prepare(fn: Func, ledger: Ledger): void {
  // Inlining has changed it, and will change others before their turn comes.
  ledger.stale = true
  for (const pass of PREPARE) {
    runUnlessIdle(ledger, fn, pass)
    ledger.stale = false
  }
}

const PREPARE: readonly ((fn: Func) => void)[] = [
  simplifyCfg,
  // `if (out) *out = x` with the address of a local: once the test is gone, so is the reason to keep the local in memory.
  simplify,
  simplifyCfg,
  sroa,
  mem2reg,
  simplify,
  gvn,
  simplifyCfg,
  dce,
]

export const PASSES: readonly Pass[] = [
  perFunction('simplifyCfg', simplifyCfg),
  perFunction('sroa', sroa),
  perFunction('mem2reg', mem2reg),
  perModule('inline', (module, _, ledger) => inline(module, (fn) => prepare(fn, ledger)), true),
  perModule('dropUnused', dropUnused, true),
  perFunction('simplify', simplify),
  perFunction('simplifyCfg', simplifyCfg),
  perFunction('jumpThreading', jumpThreading),
  perFunction('simplifyCfg', simplifyCfg),
  perFunction('gvn', gvn),
  perFunction('simplify', simplify),
  perFunction('unroll', unroll),
  perFunction('simplify', simplify),
  perFunction('settle', settle),
  perFunction('simplify', simplify),
  perFunction('simplifyCfg', simplifyCfg),
  perFunction('sroa', sroa),
  perFunction('mem2reg', mem2reg),
  perFunction('gvn', gvn),
  perFunction('simplify', simplify),
  perFunction('expandMem', expandMem, true),
  perFunction('alignStack', alignStack),
  perFunction('gvn', gvn),
  perFunction('correlate', correlate),
  perFunction('jumpThreading', jumpThreading),
  perFunction('dse', dse),
  perFunction('dce', dce),
  perFunction('simplifyCfg', simplifyCfg),
  perModule('dropUnused', dropUnused, true),
  byCpu('dropSigns', (cpu) => (cpu >= 3 ? dropSigns : dropSignsWithout32)),
  perFunction('divide', divide),
  perFunction('lowerSwitch', lowerSwitch, true),
  perModule('legalize', legalize, true),
  perFunction('simplify', simplify),
  perFunction('gvn', gvnOfLegal),
  perFunction('dce', dce),
  perFunction('sinkLoads', sinkLoads),
  perFunction('sinkCasts', sinkCasts),
  perFunction('lowerSelect', lowerSelect, true),
  perFunction('shareSlots', shareSlots),
]

/** In the order of the list, each once: what may be left out. */
export const PASS_NAMES: readonly string[] = [...new Set(PASSES.filter((p) => !p.needed).map((p) => p.name))]

export interface OptimizeOptions {
  readonly cpu: number
  /** Whether to leave a pass out that is not needed: its name and its place in the list. */
  readonly skip?: (name: string, place: number) => boolean
  /** Called with the text after each pass. */
  readonly dump?: (pass: string, text: string) => void
  /** Called with what the validator says after a pass, where it says anything. */
  readonly faults?: (pass: string, faults: readonly string[]) => void
}

/** Runs all passes over the module in place. */
export function optimize(module: Module, options: OptimizeOptions): void {
  const ledger = makeLedger()
  for (const [place, pass] of PASSES.entries()) {
    if (!pass.needed && options.skip?.(pass.name, place)) continue
    pass.run(module, options.cpu, ledger)
    options.dump?.(pass.name, printModule(module))
    if (!options.faults) continue
    const faults = validateModule(module, uncheckedIn(module, ledger))
    if (faults.length > 0) options.faults(pass.name, faults)
    else markSound(module, ledger)
  }
}
