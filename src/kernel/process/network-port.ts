// What processes ask of the network. Where a network world is there it answers; else two processes of one host are connected directly, and servers that
// the scenario describes answer right here (local-network.ts).

import type { Happening } from '../world/engine.ts'
import type { ScenarioServer } from '../world/scenario.ts'
import type { SocketState, TaskState } from './state.ts'

export interface NetworkPort {
  readonly netnsCookie: (node: string) => number
  /** IPv4 address of a name ("shop", "10.0.0.9"); undefined = nobody is called that. */
  readonly resolve: (node: string, host: string) => string | undefined
  /** The address that a node sends from. */
  readonly addressOf: (node: string) => string
  /** The server of the scenario at an address, where no process listens there. */
  readonly server: (address: string, port: number, protocol: 'tcp' | 'udp') => ScenarioServer | undefined
  /**
   * Called within connect(), bind() and sendto() before the protocol acts: what programs of the cgroup (cgroup/connect4 ...) do. They may change the
   * address; 0 or an error.
   */
  readonly hook?: (
    what: 'connect' | 'bind' | 'send',
    task: TaskState,
    socket: SocketState,
    to: { address: string; port: number },
  ) => Happening<number>
}
