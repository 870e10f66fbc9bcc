// The link codec with the compressor that the page uses: round trips, every cut, every kind of damage, bombs, hostile keys.
import fc from 'fast-check'
import { deflateSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { crc32Text, decodeLink, encodeLink, LINK_DICTIONARY_1, type Project, toBase64Url } from '../engine/index.ts'
import { compressor } from './compressor.ts'

const decode = (fragment: string) => decodeLink(fragment, compressor)
const encode = (project: Project) => encodeLink(project, compressor)

const base: Project = {
  version: 1,
  files: [{ path: 'main.bpf.c', text: 'int x;\n' }],
  build: { main: 'main.bpf.c', cpu: 3, defines: {} },
  verifier: { logLevel: 2, flags: 0 },
  scenario: {
    seed: 1,
    nodes: [{ name: 'host', kind: 'host', interfaces: ['eth0'] }],
    attach: [{ program: '', node: 'host', interface: 'eth0' }],
    maps: [{ name: 'counts', entries: [{ key: '00000000', value: '01' }] }],
    stimuli: [
      { kind: 'capture', name: 'first-steps' },
      { kind: 'packet', hex: 'ffff' },
    ],
    views: [{ kind: 'table', map: 'counts' }],
  },
  view: { packet: 3, step: 7, panels: ['run'], cursorLine: 12 },
}

/** A link around any bytes, with a right length and checksum. */
function wrap(bytes: Uint8Array): string {
  const payload = toBase64Url(deflateSync(bytes, { level: 9, dictionary: new TextEncoder().encode(LINK_DICTIONARY_1) }))
  return `1.${payload.length}.${crc32Text(payload)}.${payload}`
}
const wrapText = (text: string) => wrap(new TextEncoder().encode(text))

describe('link', () => {
  test('round trip', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3000 }), fc.nat(1_000_000), (text, step) => {
        const project: Project = { ...base, files: [{ path: 'main.bpf.c', text }], view: { packet: 0, step, panels: [], cursorLine: 1 } }
        expect(decode(encode(project))).toEqual({ kind: 'project', project })
      }),
      { numRuns: 200 },
    )
  })

  test('uses only characters that survive chat programs', () => {
    expect(encode(base)).toMatch(/^[A-Za-z0-9._-]+$/)
  })

  test('tells a cut at every length', () => {
    const link = encode(base)
    for (let n = 1; n < link.length; n++) {
      const result = decode(link.slice(0, n))
      expect(result).toEqual({ kind: 'bad', code: 'cut', params: [String(n)] })
    }
  })

  test('tells a changed character', () => {
    const link = encode(base)
    for (let i = link.lastIndexOf('.') + 1; i < link.length; i++) {
      const other = link[i] === 'A' ? 'B' : 'A'
      expect(decode(link.slice(0, i) + other + link.slice(i + 1))).toEqual({ kind: 'bad', code: 'damaged', params: [] })
    }
  })

  test('tells a newer version instead of guessing', () => {
    expect(decode('2.10.abc.AAAA')).toEqual({ kind: 'bad', code: 'newer-version', params: ['2'] })
    expect(decode('#')).toEqual({ kind: 'bad', code: 'empty', params: [] })
  })

  test('answers any string', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((s) => `1.${s.length}.0.${s}`),
        ),
        (s) => {
          expect(['project', 'bad']).toContain(decode(s).kind)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('stops a bomb', () => {
    for (const size of [1 << 10, 1 << 20, 8 << 20]) {
      const result = decode(wrap(new Uint8Array(size)))
      expect(result.kind).toBe('bad')
      if (result.kind === 'bad') expect(result.code).toBe(size <= 1 << 10 ? 'damaged' : 'too-big')
    }
  })

  test('is not moved by hostile keys', () => {
    const text = JSON.stringify(base).replace(
      '{"version"',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"version"',
    )
    expect(decode(wrapText(text))).toEqual({ kind: 'project', project: base })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(decode(wrapText(text)))).toBe(Object.prototype)
  })

  test('names the field that is wrong', () => {
    const fault = (change: (p: Record<string, unknown>) => void) => {
      const copy = JSON.parse(JSON.stringify(base)) as Record<string, unknown>
      change(copy)
      const result = decode(wrapText(JSON.stringify(copy)))
      return result.kind === 'bad' ? result.params[0] : 'none'
    }
    expect(fault((p) => (p['version'] = 2))).toBe('version')
    expect(fault((p) => ((p['view'] as Record<string, unknown>)['packet'] = 1e9))).toBe('view.packet')
    expect(fault((p) => ((p['view'] as Record<string, unknown>)['step'] = 0.5))).toBe('view.step')
    expect(fault((p) => (p['files'] = [{ path: '../x', text: '' }]))).toBe('files[0].path')
    expect(fault((p) => (p['build'] = { main: 'none.c', cpu: 3, defines: {} }))).toBe('build.main')
    expect(fault((p) => ((p['scenario'] as Record<string, unknown>)['stimuli'] = new Array(257).fill({ kind: 'packet', hex: '' })))).toBe(
      'scenario.stimuli',
    )
  })

  test('survives mutated links', () => {
    const link = encode(base)
    fc.assert(
      fc.property(fc.nat(link.length - 1), fc.string({ maxLength: 3 }), fc.nat(5), (at, text, drop) => {
        const result = decode(link.slice(0, at) + text + link.slice(at + drop))
        if (result.kind === 'project') expect(result.project).toEqual(base)
      }),
      { numRuns: 3000 },
    )
  })
})
