// Answers keep what they share with the answer before: what is drawn from a part that says the same is then not drawn again.

/** `fresh` with every part that equals its place in `old` replaced by that; `old` itself where all is equal. Plain data only; of other objects each is itself. */
export function keepSame<T>(old: unknown, fresh: T): T {
  if (Object.is(old, fresh) || !isPlain(old) || !isPlain(fresh) || Array.isArray(old) !== Array.isArray(fresh)) return fresh
  const before = old as Readonly<Record<string, unknown>>
  const now = fresh as Readonly<Record<string, unknown>>
  const names = Object.keys(now)
  let same = names.length === Object.keys(before).length
  let mixed: Record<string, unknown> | undefined
  for (const name of names) {
    const value = keepSame(before[name], now[name])
    if (value !== now[name]) {
      mixed ??= (Array.isArray(fresh) ? [...fresh] : { ...now }) as Record<string, unknown>
      mixed[name] = value
    }
    same &&= Object.hasOwn(before, name) && Object.is(value, before[name])
  }
  return (same ? old : (mixed ?? fresh)) as T
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const { constructor: made } = value
  return made === Object || made === Array
}
