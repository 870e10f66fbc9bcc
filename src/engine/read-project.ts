// An untrusted JSON value as a Project: copied field by field into typed records, unknown keys dropped, every count and size capped.
// Out: the Project, or the path of the first field that is not what it should be. Nothing of the input object is kept, so keys such as
// __proto__ have no effect. Reference for the caps: a link or file must never make the page hold more than some megabytes.
import type {
  Attachment,
  BuildOptions,
  Project,
  ProjectFile,
  ProjectView,
  Scenario,
  ScenarioMap,
  ScenarioNode,
  ScenarioView,
  Stimulus,
  VerifierOptions,
} from './project.ts'

export const QUOTAS = {
  files: 32,
  textBytes: 128 * 1024,
  defines: 64,
  nodes: 16,
  interfaces: 16,
  attachments: 16,
  maps: 64,
  mapEntries: 65536,
  mapBytes: 16 * 1024 * 1024,
  stimuli: 256,
  packetBytes: 64 * 1024,
  captureBytes: 4 * 1024 * 1024,
  views: 64,
  panels: 16,
} as const

export type ProjectResult = { readonly ok: true; readonly project: Project } | { readonly ok: false; readonly path: string }

/** Reads a Project off parsed JSON. Never throws. */
export function readProject(json: unknown): ProjectResult {
  const read = new Reader()
  const project = read.project(json)
  return project ? { ok: true, project } : { ok: false, path: read.fault }
}

type Fields = Readonly<Record<string, unknown>>

/** Walks one value; `fault` is the path of the first wrong field. Each method answers undefined after a fault. */
class Reader {
  fault = ''
  private bytes = 0

  project(json: unknown): Project | undefined {
    const o = this.object(json, '')
    if (!o) return undefined
    if (o['version'] !== 1) return this.wrong('version')
    const files = this.list(o['files'], 'files', QUOTAS.files, (x, p) => this.file(x, p))
    const build = files && this.build(o['build'], 'build')
    const verifier = build && this.verifier(o['verifier'], 'verifier')
    const scenario = verifier && this.scenario(o['scenario'], 'scenario')
    if (!files || !build || !verifier || !scenario) return undefined
    if (!files.some((f) => f.path === build.main)) return this.wrong('build.main')
    const isUnit = (path: string): boolean => path !== build.main && files.some((f) => f.path === path)
    if (build.units && !build.units.every(isUnit)) return this.wrong('build.units')
    if (o['view'] === undefined) return { version: 1, files, build, verifier, scenario }
    const view = this.view(o['view'], 'view')
    return view && { version: 1, files, build, verifier, scenario, view }
  }

  private file(x: unknown, path: string): ProjectFile | undefined {
    const o = this.object(x, path)
    const name = o && this.text(o['path'], `${path}.path`, 200)
    if (o === undefined || name === undefined) return undefined
    if (!/^[\w.+-]+(\/[\w.+-]+)*$/.test(name) || name.split('/').includes('..')) return this.wrong(`${path}.path`)
    const text = this.text(o['text'], `${path}.text`, QUOTAS.textBytes)
    return text === undefined ? undefined : { path: name, text }
  }

  private build(x: unknown, path: string): BuildOptions | undefined {
    const o = this.object(x, path)
    const main = o && this.text(o['main'], `${path}.main`, 200)
    if (o === undefined || main === undefined) return undefined
    const cpu = o['cpu']
    if (cpu !== 1 && cpu !== 2 && cpu !== 3 && cpu !== 4) return this.wrong(`${path}.cpu`)
    const raw = this.object(o['defines'] ?? {}, `${path}.defines`)
    if (!raw) return undefined
    const names = Object.keys(raw)
    if (names.length > QUOTAS.defines) return this.wrong(`${path}.defines`)
    const defines: [string, string][] = []
    for (const name of names) {
      const value = this.text(raw[name], `${path}.defines.${name}`, 1000)
      if (value === undefined || !/^[A-Za-z_]\w*$/.test(name) || name === '__proto__') return this.wrong(`${path}.defines`)
      defines.push([name, value])
    }
    const options = { main, cpu, defines: Object.fromEntries(defines) } as const
    if (o['units'] === undefined) return options
    const units = this.list(o['units'], `${path}.units`, QUOTAS.files, (u, p) => this.text(u, p, 200))
    return units && { ...options, units }
  }

  private verifier(x: unknown, path: string): VerifierOptions | undefined {
    const o = this.object(x, path)
    const logLevel = o && this.integer(o['logLevel'], `${path}.logLevel`, 0, 7)
    const flags = logLevel === undefined ? undefined : this.integer(o?.['flags'], `${path}.flags`, 0, 0xffff)
    return logLevel === undefined || flags === undefined ? undefined : { logLevel, flags }
  }

  private scenario(x: unknown, path: string): Scenario | undefined {
    const o = this.object(x, path)
    if (!o) return undefined
    const seed = this.integer(o['seed'], `${path}.seed`, 0, 0xffffffff)
    if (seed === undefined) return undefined
    const nodes = this.list(o['nodes'], `${path}.nodes`, QUOTAS.nodes, (n, p) => this.node(n, p))
    const attach = nodes && this.list(o['attach'], `${path}.attach`, QUOTAS.attachments, (a, p) => this.attachment(a, p))
    const maps = attach && this.list(o['maps'], `${path}.maps`, QUOTAS.maps, (m, p) => this.map(m, p))
    const stimuli = maps && this.list(o['stimuli'], `${path}.stimuli`, QUOTAS.stimuli, (s, p) => this.stimulus(s, p))
    const views = stimuli && this.list(o['views'], `${path}.views`, QUOTAS.views, (v, p) => this.scenarioView(v, p))
    return nodes && attach && maps && stimuli && views && { seed, nodes, attach, maps, stimuli, views }
  }

  private node(x: unknown, path: string): ScenarioNode | undefined {
    const o = this.object(x, path)
    const name = o && this.text(o['name'], `${path}.name`, 64)
    if (o === undefined || name === undefined) return undefined
    if (o['kind'] !== 'host') return this.wrong(`${path}.kind`)
    const interfaces = this.list(o['interfaces'], `${path}.interfaces`, QUOTAS.interfaces, (i, p) => this.text(i, p, 64))
    return interfaces && { name, kind: 'host', interfaces }
  }

  private attachment(x: unknown, path: string): Attachment | undefined {
    const o = this.object(x, path)
    const program = o && this.text(o['program'], `${path}.program`, 128)
    const node = program === undefined ? undefined : this.text(o?.['node'], `${path}.node`, 64)
    const interfaceName = node === undefined ? undefined : this.text(o?.['interface'], `${path}.interface`, 64)
    if (program === undefined || node === undefined || interfaceName === undefined) return undefined
    return { program, node, interface: interfaceName }
  }

  private map(x: unknown, path: string): ScenarioMap | undefined {
    const o = this.object(x, path)
    const name = o && this.text(o['name'], `${path}.name`, 64)
    if (o === undefined || name === undefined) return undefined
    const entries = this.list(o['entries'], `${path}.entries`, QUOTAS.mapEntries, (e, p) => {
      const pair = this.object(e, p)
      const key = pair && this.hexText(pair['key'], `${p}.key`)
      const value = key === undefined ? undefined : this.hexText(pair?.['value'], `${p}.value`)
      return key === undefined || value === undefined ? undefined : { key, value }
    })
    return entries && { name, entries }
  }

  private stimulus(x: unknown, path: string): Stimulus | undefined {
    const o = this.object(x, path)
    if (!o) return undefined
    switch (o['kind']) {
      case 'capture': {
        const name = this.text(o['name'], `${path}.name`, 64)
        return name === undefined ? undefined : { kind: 'capture', name }
      }
      case 'pcap': {
        const name = this.text(o['name'], `${path}.name`, 200)
        const base64 = name === undefined ? undefined : this.text(o['base64'], `${path}.base64`, Math.ceil(QUOTAS.captureBytes / 3) * 4)
        if (name === undefined || base64 === undefined) return undefined
        return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? { kind: 'pcap', name, base64 } : this.wrong(`${path}.base64`)
      }
      case 'packet': {
        const hex = this.text(o['hex'], `${path}.hex`, 2 * QUOTAS.packetBytes)
        if (hex === undefined) return undefined
        return /^([0-9a-fA-F]{2})*$/.test(hex) ? { kind: 'packet', hex } : this.wrong(`${path}.hex`)
      }
      default:
        return this.wrong(`${path}.kind`)
    }
  }

  private scenarioView(x: unknown, path: string): ScenarioView | undefined {
    const o = this.object(x, path)
    if (!o) return undefined
    if (o['kind'] !== 'table') return this.wrong(`${path}.kind`)
    const map = this.text(o['map'], `${path}.map`, 64)
    return map === undefined ? undefined : { kind: 'table', map }
  }

  private view(x: unknown, path: string): ProjectView | undefined {
    const o = this.object(x, path)
    if (!o) return undefined
    const packet = this.integer(o['packet'], `${path}.packet`, 0, 1_000_000)
    const step = this.integer(o['step'], `${path}.step`, 0, 1_000_000_000)
    const cursorLine = this.integer(o['cursorLine'], `${path}.cursorLine`, 0, 1_000_000)
    const panels = this.list(o['panels'], `${path}.panels`, QUOTAS.panels, (p, at) => this.text(p, at, 40))
    if (packet === undefined || step === undefined || cursorLine === undefined || !panels) return undefined
    return { packet, step, panels, cursorLine }
  }

  private hexText(x: unknown, path: string): string | undefined {
    const text = this.text(x, path, 2 * QUOTAS.packetBytes)
    if (text === undefined) return undefined
    this.bytes += text.length / 2
    return /^([0-9a-fA-F]{2})*$/.test(text) && this.bytes <= QUOTAS.mapBytes ? text : this.wrong(path)
  }

  private object(x: unknown, path: string): Fields | undefined {
    return typeof x === 'object' && x !== null && !Array.isArray(x) ? (x as Fields) : this.wrong(path)
  }

  private list<T>(x: unknown, path: string, limit: number, item: (x: unknown, path: string) => T | undefined): T[] | undefined {
    if (!Array.isArray(x) || x.length > limit) return this.wrong(path)
    const out: T[] = []
    for (const [i, raw] of x.entries()) {
      const value = item(raw, `${path}[${i}]`)
      if (value === undefined) return undefined
      out.push(value)
    }
    return out
  }

  private text(x: unknown, path: string, limit: number): string | undefined {
    return typeof x === 'string' && x.length <= limit ? x : this.wrong(path)
  }

  private integer(x: unknown, path: string, low: number, high: number): number | undefined {
    return typeof x === 'number' && Number.isInteger(x) && !Object.is(x, -0) && x >= low && x <= high ? x : this.wrong(path)
  }

  private wrong(path: string): undefined {
    if (!this.fault) this.fault = path || 'project'
    return undefined
  }
}
