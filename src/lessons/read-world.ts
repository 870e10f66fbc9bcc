// A scenario of a lesson whose bytes may stand in words. In: JSON as `kernel/world/scenario.ts` describes it, where keys and values of maps may be
// words ("ip:10.0.0.1 port:80"), `values` fills an array from slot 0, `entries` of a map stimulus are several writes, `words` describe a packet,
// and acts may be a list of lines.
// Out: the same with hex in their places; what is no bytes is a fault with its path. Whether the rest is a scenario, the project's reader says.
import { toHex } from '../base/index.ts'
import { hexOf } from './bytes.ts'
import type { Fields } from './fields.ts'
import { packetOf } from './packets.ts'

type Json = Readonly<Record<string, unknown>>

export function readWorld(f: Fields): Json {
  const json = object(f.whole())
  return {
    seed: 1,
    views: [],
    ...json,
    maps: readMaps(f),
    stimuli: readStimuli(f),
  }
}

export function readMaps(f: Fields): Json[] {
  return f.list('maps', (m) => ({ name: m.text('name'), entries: [...valuesOf(m), ...m.list('entries', entryOf)] }))
}

export function readStimuli(f: Fields): Json[] {
  return f.list('stimuli', stimulus).flat()
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})

function stimulus(s: Fields): Json[] {
  const json = object(s.whole())
  if (json['kind'] === 'map') {
    const { key: _key, value: _value, entries: _entries, values: _values, ...rest } = json
    const writes = s.has('key') ? [s.has('value') ? entryOf(s) : { key: bytesOf(s, 'key') }] : []
    return [...writes, ...valuesOf(s), ...s.list('entries', entryOf)].map((write) => ({ ...rest, ...write }))
  }
  if (json['kind'] === 'acts' && Array.isArray(json['text'])) return [{ ...json, text: s.names('text').join('\n') }]
  if (json['kind'] !== 'packet' || !s.has('words')) return [json]
  const { words: _words, ...rest } = json
  const bytes = packetOf(s.text('words'))
  if (!bytes) s.fault('words', 'is no packet')
  return [{ ...rest, hex: toHex(bytes ?? new Uint8Array(0)) }]
}

const valuesOf = (f: Fields): Json[] =>
  f.list('values', (v) => v.asText()).map((words, i) => ({ key: hexOf(i), value: hex(f, 'values', words) }))

const entryOf = (f: Fields): Json => ({ key: bytesOf(f, 'key'), value: bytesOf(f, 'value') })

export const bytesOf = (f: Fields, name: string): string => hex(f, name, f.key(name))

function hex(f: Fields, name: string, words: string | number): string {
  const found = hexOf(words)
  if (found === undefined) f.fault(name, 'is neither hex nor words such as u32:7')
  return found ?? ''
}
