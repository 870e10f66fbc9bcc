// What a generator makes, and the record that oracle and engine are asked with (the form of readRecord() in src/engine, as JSON).
// Generators write assembly text, as readable as what they are about; a text that does not assemble is a defect of the generator.
import { helperByName, progType } from '../../abi/index.ts'
import { toHex } from '../../base/index.ts'
import { makeSource } from '../../diag/index.ts'
import { assemble } from '../../isa/index.ts'

export interface MapSketch {
  readonly type: string
  readonly key: number
  readonly value: number
  readonly max: number
  readonly flags?: number
  /** Hex; a queue's or stack's key is "". */
  readonly init?: readonly (readonly [key: string, value: string])[]
}

/** A program before it has bytes. Maps are named m0, m1, ... in the text. */
export interface Sketch {
  /** Which of the generator's shapes this is. */
  readonly gen: string
  readonly type: string
  readonly text: string
  readonly maps?: readonly MapSketch[]
  readonly flags?: number
  readonly license?: string
  readonly packet?: Uint8Array
}

export interface GeneratedRecord {
  readonly id: string
  readonly lane: string
  readonly gen: string
  readonly type: string
  readonly attach_type: number
  readonly insns: string
  readonly maps: readonly MapSketch[]
  readonly license: string
  readonly flags: number
  readonly run?: { readonly data: string }
}

const NAMES = { helper: (name: string) => helperByName(name)?.id }

export function toRecord(id: string, lane: string, sketch: Sketch): GeneratedRecord {
  const maps = sketch.maps ?? []
  return withCode(id, lane, sketch, assembleText(sketch.text, maps))
}

/** A record whose bytes are already there. */
export function withCode(id: string, lane: string, sketch: Omit<Sketch, 'text'>, code: Uint8Array): GeneratedRecord {
  return {
    id,
    lane,
    gen: sketch.gen,
    type: sketch.type,
    attach_type: progType(sketch.type)?.attachType ?? 0,
    insns: toHex(code),
    maps: sketch.maps ?? [],
    license: sketch.license ?? 'GPL',
    flags: sketch.flags ?? 0,
    ...(sketch.packet ? { run: { data: toHex(sketch.packet) } } : {}),
  }
}

export function assembleText(text: string, maps: readonly MapSketch[]): Uint8Array {
  const head = maps.map((m, i) => `.map m${i} ${m.type} ${m.key} ${m.value} ${m.max} ${m.flags ?? 0}\n`).join('')
  const { program, diagnostics } = assemble(makeSource('generated.s', head + text), NAMES)
  if (!program) throw new Error(`a generator wrote what does not assemble: ${JSON.stringify(diagnostics[0])}\n${head}${text}`)
  return program.code
}
