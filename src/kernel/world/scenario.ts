// The small world of a scenario as plain data: who is there, how they are connected, which program sits where, what happens when, and how
// user space shows what it receives. Declarative: nothing here is code. The network part is carried out by `net/`, processes by `process/`.
//
//   nodes     host ── interfaces, routes, rules        links    host:eth0 <──> router:eth1
//             pod  ── a network namespace on a host    attach   program ── node ── hook
//             process ── on a host or in a pod         stimuli  in the order of `atMs`; without it, right after the one before
//
// Addresses are texts ("10.0.0.1/24", "fd00::1/64", "02:00:00:00:00:01"); times are milliseconds of simulated time since the scenario began.

export interface ScenarioInterface {
  readonly name: string
  readonly mac?: string
  /** With prefix length. */
  readonly addresses?: readonly string[]
  readonly mtu?: number
  /** A bridge over `ports`, or a tunnel that takes the outer header off: IPv4 or IPv6 in IPv4, any in IPv6, or UDP to `port`. */
  readonly kind?: 'bridge' | 'ipip' | 'sit' | 'ip6tnl' | 'gue'
  readonly ports?: readonly string[]
  readonly port?: number
}

export interface ScenarioRoute {
  /** "10.1.0.0/16", "fd01::/64", or "default" of the family of `via`. */
  readonly to: string
  readonly via?: string
  readonly interface?: string
}

/** A rule of an iptables-like chain, matched in order. Absent fields match everything. */
export interface ScenarioRule {
  readonly chain: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly from?: string
  readonly to?: string
  readonly protocol?: 'tcp' | 'udp' | 'icmp'
  readonly port?: number
  readonly action: 'accept' | 'drop' | 'dnat' | 'snat'
  /** Address and port ("10.0.0.9:8080", "[fd00::9]:8080") of dnat and snat. */
  readonly target?: string
  /** Rule is taken by every n-th new connection that reaches it. */
  readonly every?: number
  /** Only packets of connections that have been answered (true), or of those that have not. */
  readonly established?: boolean
}

/** Something that answers on a socket. */
export interface ScenarioServer {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** The address that it binds to; without it all of IPv4, and of IPv6 where its node speaks that. */
  readonly address?: string
  /** Processes that share the port (SO_REUSEPORT), each with a socket of its own; 1 where it is not said. */
  readonly workers?: number
  /** What it answers: the bytes that came, an HTTP page, or nothing at all. */
  readonly answers: 'echo' | 'http' | 'nothing' | 'proxy'
  /** Where a proxy asks: "10.1.0.9:8080". */
  readonly target?: string
  /** HTTP status by path; 200 for others. A proxy answers such requests itself and passes others on. */
  readonly status?: Readonly<Record<string, number>>
  /** Simulated time that an answer takes. */
  readonly serviceMs?: number
}

export interface ScenarioHost {
  readonly kind: 'host'
  readonly name: string
  /** A name alone is an interface with an address made from its place. */
  readonly interfaces: readonly (string | ScenarioInterface)[]
  readonly routes?: readonly ScenarioRoute[]
  readonly rules?: readonly ScenarioRule[]
  readonly servers?: readonly ScenarioServer[]
  /** Whether it forwards packets for others. */
  readonly forwards?: boolean
}

/** A network namespace on a host, connected to it by a veth pair. */
export interface ScenarioPod {
  readonly kind: 'pod'
  readonly name: string
  readonly host: string
  readonly address: string
  /** Its address of IPv6 beside one of IPv4. */
  readonly address6?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly servers?: readonly ScenarioServer[]
}

export interface ScenarioProcess {
  readonly kind: 'process'
  /** Name by which stimuli call it. */
  readonly name: string
  /** Host or pod that it runs on. */
  readonly on: string
  readonly pid?: number
  readonly uid?: number
  /** Path of its executable; `comm` is its last part unless `comm` is given. */
  readonly exe: string
  readonly comm?: string
  readonly argv?: readonly string[]
  /** Process that started it. */
  readonly parent?: string
  readonly cgroup?: string
  readonly container?: string
}

/** A file of a host's tree that programs and processes see; others are made up when they are opened. */
export interface ScenarioFile {
  readonly kind: 'file'
  readonly name: string
  readonly on: string
  readonly path: string
  readonly text?: string
  readonly mode?: number
  readonly uid?: number
}

export type ScenarioNode = ScenarioHost | ScenarioPod | ScenarioProcess | ScenarioFile

export interface ScenarioLink {
  /** "node:interface". */
  readonly a: string
  readonly b: string
  readonly delayMs?: number
}

/** Which program runs where. `program` is the C function's name; empty = the object's first program. */
export interface Attachment {
  readonly program: string
  readonly node: string
  /** Interface for programs of the network; empty where the section of the program says where it attaches. */
  readonly interface: string
  /** For tc programs: which way; the section ("tcx/egress") or ingress where it is not said. */
  readonly direction?: 'ingress' | 'egress'
  /** Tracepoint, function, security hook, path of a cgroup or symbol, where the section does not say it. */
  readonly target?: string
}

export interface ScenarioMapEntry {
  readonly key: string
  readonly value: string
}

/** Initial contents put in by user space before the first stimulus; keys and values in hex. */
export interface ScenarioMap {
  readonly name: string
  readonly entries: readonly ScenarioMapEntry[]
}

/** When and where a stimulus happens. */
interface Happening {
  readonly atMs?: number
  /** Node that it happens on; the first one that fits where it is not said. */
  readonly node?: string
}

/** What happens. Packets arrive on an interface from outside, unless `from` says who sends them. */
export type Stimulus =
  | (Happening & { readonly kind: 'capture'; readonly name: string; readonly interface?: string })
  | (Happening & { readonly kind: 'pcap'; readonly name: string; readonly base64: string; readonly interface?: string })
  | (Happening & { readonly kind: 'packet'; readonly hex: string; readonly interface?: string })
  /** Packets in words: "100 tcp syn from 203.0.113.0/24 to 10.0.0.1:80 at 1000 pps". */
  | (Happening & { readonly kind: 'traffic'; readonly text: string; readonly interface?: string })
  /** A client on `node` asks `to` ("10.96.0.1:80", "[fd00::1]:80", "http://shop/cart"), `count` times, every `everyMs`. `family`: which address of a name. */
  | (Happening & {
      readonly kind: 'request'
      readonly to: string
      readonly protocol: 'tcp' | 'udp' | 'http' | 'ping'
      readonly family?: 'ip4' | 'ip6'
      readonly method?: string
      readonly path?: string
      readonly body?: string
      readonly count?: number
      readonly everyMs?: number
    })
  /** What a process does, a line each: "exec /usr/bin/curl http://shop/", "open /etc/shadow r", "connect 10.0.0.9:443", "exit 0". */
  | (Happening & { readonly kind: 'acts'; readonly process: string; readonly text: string })
  /** User space writes a map, or deletes a key (no `value`); hex. */
  | (Happening & { readonly kind: 'map'; readonly map: string; readonly key: string; readonly value?: string })
  /**
   * User space goes through a map with batch operations: keys and values one behind the other in hex. Lookups go on, `count` elements a call (64 where it is
   * not said), until the map says that there is no more.
   */
  | (Happening & {
      readonly kind: 'batch'
      readonly map: string
      readonly operation: 'lookup' | 'lookup-and-delete' | 'update' | 'delete'
      readonly keys?: string
      readonly values?: string
      readonly count?: number
    })
  /** The world changes: a node or server comes or goes, an interface or link goes up or down. */
  | (Happening & {
      readonly kind: 'change'
      readonly change: 'add' | 'remove' | 'up' | 'down'
      readonly what: string
      readonly add?: ScenarioNode
    })
  /** Nothing happens for a while. */
  | (Happening & { readonly kind: 'wait'; readonly ms: number })

/** How user space shows what it receives, decoded by the types that the object brings. */
export type ScenarioView =
  | { readonly kind: 'table'; readonly map: string; readonly title?: string }
  /** Slots of an array (powers of two when `log2`), or values of a field, as bars. */
  | { readonly kind: 'histogram'; readonly map: string; readonly title?: string; readonly log2?: boolean; readonly unit?: string }
  /** Records of a ring buffer or perf event array, a line each; `type` is the struct of a record, `format` has {field} places. */
  | { readonly kind: 'log'; readonly map: string; readonly title?: string; readonly type?: string; readonly format?: string }
  /** Records as a tree of processes: which fields tell who and whose child. */
  | {
      readonly kind: 'tree'
      readonly map: string
      readonly title?: string
      readonly type?: string
      readonly id: string
      readonly parent: string
      readonly label: string
    }
  /** A value over simulated time, sampled after every event; `key` in hex, all keys where it is left out. */
  | { readonly kind: 'series'; readonly map: string; readonly title?: string; readonly key?: string; readonly field?: string }
  /** Stacks counted in a map as a flame graph; `stacks` is the stack trace map. */
  | { readonly kind: 'flame'; readonly map: string; readonly stacks: string; readonly title?: string }
