// What a witness shows, as plain values: its bytes in lines, what a real kernel would have done, whether the scenario has it already.
import type { Stimulus, Witness } from '../../../engine/index.ts'

/** Sixteen bytes a line with their offset, as people know it from tcpdump. */
export function hexLines(hex: string): readonly string[] {
  const out: string[] = []
  for (let i = 0; i < hex.length; i += 32) {
    const bytes = hex.slice(i, i + 32).replace(/(....)(?=.)/g, '$1 ')
    out.push(`${(i / 2).toString(16).padStart(4, '0')}  ${bytes}`)
  }
  return out
}

export type KernelFate = 'oops' | 'leaks' | 'corrupts'

/** Without the verifier a read beyond its bounds shows memory of others, a write corrupts it, an address with nothing behind it is an oops. */
export function faultKind({ region, access }: Pick<Witness, 'region' | 'access'>): KernelFate {
  if (region === '') return 'oops'
  return access === 'write' ? 'corrupts' : 'leaks'
}

export const isLoaded = (hex: string, stimuli: readonly Stimulus[]): boolean =>
  stimuli.length === 1 && stimuli[0].kind === 'packet' && stimuli[0].hex === hex
