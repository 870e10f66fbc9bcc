// The scenario of an untrusted project as shapes, field by field as `kernel/world/scenario.ts` describes it.

import type { Attachment, Scenario, ScenarioLink, ScenarioMap, ScenarioNode, ScenarioView, Stimulus } from './project.ts'
import { PROJECT_QUOTAS as Q } from './quotas.ts'
import { amount, dictionary, either, flag, hexText, integer, kinds, list, oneOf, record, type Shape, text } from './shape.ts'

const NAME = text(64)
const MANY_MS = 86_400_000
const ms = amount(0, MANY_MS)
const port = integer(0, 65535)
const U32 = 0xffffffff

const server = record(
  { protocol: oneOf('tcp', 'udp'), port, answers: oneOf('echo', 'http', 'nothing', 'proxy') },
  { address: NAME, workers: integer(1, 64), status: dictionary(64, integer(100, 599)), serviceMs: ms, target: NAME },
)
const servers = list(Q.servers, server)

const face = record(
  { name: NAME },
  {
    mac: text(17, /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/),
    addresses: list(Q.addresses, NAME),
    mtu: integer(68, 65535),
    kind: oneOf('bridge', 'ipip', 'sit', 'ip6tnl', 'gue'),
    ports: list(Q.interfaces, NAME),
    port,
  },
)

const rule = record(
  {
    chain: oneOf('prerouting', 'input', 'forward', 'output', 'postrouting'),
    action: oneOf('accept', 'drop', 'dnat', 'snat'),
  },
  {
    from: NAME,
    to: NAME,
    protocol: oneOf('tcp', 'udp', 'icmp'),
    port,
    target: NAME,
    every: integer(1, 1_000_000),
    established: flag,
  },
)

const node: Shape<ScenarioNode> = kinds({
  host: record(
    { name: NAME, interfaces: list(Q.interfaces, either(NAME, face)) },
    { routes: list(Q.routes, record({ to: NAME }, { via: NAME, interface: NAME })), rules: list(Q.rules, rule), servers, forwards: flag },
  ),
  pod: record({ name: NAME, host: NAME, address: NAME }, { address6: NAME, labels: dictionary(32, NAME), servers }),
  process: record(
    { name: NAME, on: NAME, exe: text(200) },
    {
      pid: integer(1, 4_194_304),
      uid: integer(0, U32),
      comm: NAME,
      argv: list(64, text(1000)),
      parent: NAME,
      cgroup: text(200),
      container: text(200),
    },
  ),
  file: record({ name: NAME, on: NAME, path: text(200) }, { text: text(Q.fileBytes), mode: integer(0, 0xffff), uid: integer(0, U32) }),
})

const link: Shape<ScenarioLink> = record({ a: text(130), b: text(130) }, { delayMs: ms })

const attachment: Shape<Attachment> = record(
  { program: text(128), node: NAME, interface: NAME },
  { direction: oneOf('ingress', 'egress'), target: text(200) },
)

const hex = hexText(Q.packetBytes)
const map: Shape<ScenarioMap> = record({ name: NAME, entries: list(Q.mapEntries, record({ key: hex, value: hex })) })

const happening = { atMs: ms, node: NAME }
const onInterface = { ...happening, interface: NAME }
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

const stimulus: Shape<Stimulus> = kinds({
  capture: record({ name: NAME }, onInterface),
  pcap: record({ name: text(200), base64: text(Math.ceil(Q.captureBytes / 3) * 4, BASE64) }, onInterface),
  packet: record({ hex: text(2 * Q.packetBytes, /^([0-9a-fA-F]{2})*$/) }, onInterface),
  traffic: record({ text: text(Q.trafficText) }, onInterface),
  request: record(
    { to: text(200), protocol: oneOf('tcp', 'udp', 'http', 'ping') },
    {
      ...happening,
      family: oneOf('ip4', 'ip6'),
      method: text(16, /^[A-Z]+$/),
      path: text(1000, /^\/\S*$/),
      body: text(Q.bodyBytes),
      count: integer(1, Q.requests),
      everyMs: ms,
    },
  ),
  acts: record({ process: NAME, text: text(Q.actsText) }, happening),
  map: record({ map: NAME, key: hex }, { ...happening, value: hex }),
  batch: record(
    { map: NAME, operation: oneOf('lookup', 'lookup-and-delete', 'update', 'delete') },
    { ...happening, keys: hex, values: hex, count: integer(1, 1_000_000) },
  ),
  change: record({ change: oneOf('add', 'remove', 'up', 'down'), what: text(130) }, { ...happening, add: node }),
  wait: record({ ms }, happening),
})

const title = { title: text(200) }
const view: Shape<ScenarioView> = kinds({
  table: record({ map: NAME }, title),
  histogram: record({ map: NAME }, { ...title, log2: flag, unit: NAME }),
  log: record({ map: NAME }, { ...title, type: text(128), format: text(1000) }),
  tree: record({ map: NAME, id: text(128), parent: text(128), label: text(200) }, { ...title, type: text(128) }),
  series: record({ map: NAME }, { ...title, key: hex, field: text(128) }),
  flame: record({ map: NAME, stacks: NAME }, title),
})

const scenario = record(
  {
    seed: integer(0, U32),
    nodes: list(Q.nodes, node),
    attach: list(Q.attachments, attachment),
    maps: list(Q.maps, map),
    stimuli: list(Q.stimuli, stimulus),
    views: list(Q.views, view),
  },
  { links: list(Q.links, link) },
)

export const scenarioShape: Shape<Scenario> = scenario
