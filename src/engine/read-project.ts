// An untrusted JSON value as a Project: copied field by field into typed records, unknown keys dropped, every count and size capped.
// Out: the Project, or the path of the first field that is not what it should be. Nothing of the input object is kept, so keys such as
// __proto__ have no effect. Reference for the caps: a link or file must never make the page hold more than some megabytes.
import { PRIVILEGES } from '../verifier/index.ts'

import type { BuildOptions, Project, ProjectFile, ProjectView, Scenario, VerifierOptions } from './project.ts'
import { PROJECT_QUOTAS as QUOTAS } from './quotas.ts'
import { scenarioShape } from './read-scenario.ts'
import type { Reading } from './shape.ts'

export { PROJECT_QUOTAS as QUOTAS } from './quotas.ts'

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
    if (logLevel === undefined || flags === undefined) return undefined
    const asked = o?.['privilege']
    if (asked === undefined) return { logLevel, flags }
    const privilege = PRIVILEGES.find((name) => name === asked)
    return privilege ? { logLevel, flags, privilege } : this.wrong(`${path}.privilege`)
  }

  private scenario(x: unknown, path: string): Scenario | undefined {
    const reading: Reading = { fault: '', bytes: 0, maxBytes: QUOTAS.mapBytes }
    const scenario = scenarioShape(reading, x, path)
    return scenario ?? this.wrong(reading.fault)
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
