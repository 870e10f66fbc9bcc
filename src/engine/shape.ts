// Shapes of untrusted JSON: small readers that copy what they know into typed records, put together to larger ones. A reader answers undefined where the
// value is not what it should be, and `reading.fault` is the path of the first such place. Nothing of the input object is kept, unknown keys are dropped,
// every count and size is capped.

/** One walk over one value. */
export interface Reading {
  fault: string
  /** Bytes of hex texts so far, and how many there may be. */
  bytes: number
  readonly maxBytes: number
}

export type Shape<T> = (r: Reading, x: unknown, path: string) => T | undefined

function wrong(r: Reading, path: string): undefined {
  if (!r.fault) r.fault = path || 'project'
  return undefined
}

export const text =
  (limit: number, pattern?: RegExp): Shape<string> =>
  (r, x, path) =>
    typeof x === 'string' && x.length <= limit && (!pattern || pattern.test(x)) ? x : wrong(r, path)

export const integer =
  (low: number, high: number): Shape<number> =>
  (r, x, path) =>
    typeof x === 'number' && Number.isInteger(x) && !Object.is(x, -0) && x >= low && x <= high ? x : wrong(r, path)

/** Any finite number between two. */
export const amount =
  (low: number, high: number): Shape<number> =>
  (r, x, path) =>
    typeof x === 'number' && Number.isFinite(x) && x >= low && x <= high ? x : wrong(r, path)

export const flag: Shape<boolean> = (r, x, path) => (typeof x === 'boolean' ? x : wrong(r, path))

export const oneOf =
  <const T extends string>(...words: readonly T[]): Shape<T> =>
  (r, x, path) =>
    words.find((w) => w === x) ?? wrong(r, path)

/** Whole bytes in hex. */
export const hexText =
  (maxBytes: number): Shape<string> =>
  (r, x, path) => {
    if (typeof x !== 'string' || x.length > 2 * maxBytes || !/^([0-9a-fA-F]{2})*$/.test(x)) return wrong(r, path)
    r.bytes += x.length / 2
    return r.bytes <= r.maxBytes ? x : wrong(r, path)
  }

export const list =
  <T>(limit: number, item: Shape<T>): Shape<readonly T[]> =>
  (r, x, path) => {
    if (!Array.isArray(x) || x.length > limit) return wrong(r, path)
    const out: T[] = []
    for (const [i, raw] of x.entries()) {
      const value = item(r, raw, `${path}[${i}]`)
      if (value === undefined) return undefined
      out.push(value)
    }
    return out
  }

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)

/** Texts to values; names such as __proto__ are refused. */
export const dictionary =
  <T>(limit: number, value: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  (r, x, path) => {
    if (!isObject(x)) return wrong(r, path)
    const keys = Object.keys(x)
    if (keys.length > limit) return wrong(r, path)
    const out: [string, T][] = []
    for (const key of keys) {
      const read = value(r, x[key], `${path}.${key}`)
      if (read === undefined) return undefined
      if (key.length > 200 || key === '__proto__') return wrong(r, path)
      out.push([key, read])
    }
    return Object.fromEntries(out)
  }

type Shapes<T> = { readonly [K in keyof T]: Shape<T[K]> }

/** An object with fields that have to be there and fields that may. */
export const record =
  <R extends object, O extends object = object>(required: Shapes<R>, optional: Shapes<O> = {} as Shapes<O>): Shape<R & Partial<O>> =>
  (r, x, path) => {
    if (!isObject(x)) return wrong(r, path)
    const out: Record<string, unknown> = {}
    const take = (shapes: Readonly<Record<string, Shape<unknown>>>, mayLack: boolean): boolean => {
      for (const name of Object.keys(shapes)) {
        if (mayLack && x[name] === undefined) continue
        const value = shapes[name](r, x[name], path === '' ? name : `${path}.${name}`)
        if (value === undefined) return false
        out[name] = value
      }
      return true
    }
    return take(required as Shapes<Record<string, unknown>>, false) && take(optional as Shapes<Record<string, unknown>>, true)
      ? (out as R & Partial<O>)
      : undefined
  }

/** A union by its `kind`. */
export const kinds =
  <T extends object>(shapes: { readonly [K in keyof T]: Shape<T[K]> }): Shape<{ [K in keyof T]: { readonly kind: K } & T[K] }[keyof T]> =>
  (r, x, path) => {
    if (!isObject(x)) return wrong(r, path)
    const { kind } = x
    if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return wrong(r, `${path}.kind`)
    const value = shapes[kind as keyof T](r, x, path)
    return value && ({ kind, ...value } as { [K in keyof T]: { readonly kind: K } & T[K] }[keyof T])
  }

/** What any of two readers takes; the fault is the second one's. */
export const either =
  <A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> =>
  (r, x, path) => {
    const { bytes, fault } = r
    const first = a(r, x, path)
    if (first !== undefined) return first
    r.bytes = bytes
    r.fault = fault
    return b(r, x, path)
  }
