// What makes networks, loaded by itself: many programs need nothing of it.
import type { MakeNetwork } from './build.ts'

export const loadNetwork = async (): Promise<MakeNetwork> => (await import('./network-run.ts')).createNetworkRun
