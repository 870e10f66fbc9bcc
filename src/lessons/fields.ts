// Reads fields off an untrusted JSON value. Each method answers a value of the right kind and, where the field is none, notes a fault with its
// path and answers an empty one, so that all faults are found at once.

export const MAX_ITEMS = 400
const MAX_TEXT = 4000

export class Fields {
  readonly faults: string[]
  private readonly value: unknown
  private readonly path: string

  constructor(value: unknown, path = '', faults: string[] = []) {
    this.value = value
    this.path = path
    this.faults = faults
  }

  private get object(): Readonly<Record<string, unknown>> {
    const isObject = typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
    return isObject ? (this.value as Readonly<Record<string, unknown>>) : {}
  }

  fault(name: string, text: string): void {
    if (this.faults.length < MAX_ITEMS) this.faults.push(`${[this.path, name].filter(Boolean).join('.')}: ${text}`)
  }
  has(name: string): boolean {
    return Object.hasOwn(this.object, name)
  }
  raw(name: string): unknown {
    return this.has(name) ? this.object[name] : undefined
  }
  /** The value itself. */
  whole(): unknown {
    return this.value
  }
  keys(): string[] {
    return Object.keys(this.object)
      .filter((key) => key !== '__proto__')
      .slice(0, MAX_ITEMS)
  }
  child(name: string): Fields {
    const value = this.raw(name)
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) this.fault(name, 'is no object')
    return new Fields(value, [this.path, name].filter(Boolean).join('.'), this.faults)
  }
  text(name: string, otherwise?: string): string {
    const value = this.raw(name) ?? otherwise
    if (typeof value === 'string' && value.length <= MAX_TEXT) return value
    this.fault(name, 'is no text')
    return ''
  }
  /** A name as in addresses: small letters, digits, hyphens. */
  name(name: string): string {
    const value = this.text(name)
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(value)) this.fault(name, 'is no name (small letters, digits, hyphens)')
    return value
  }
  names(name: string): string[] {
    return this.list(name, (f) => f.asText())
  }
  count(name: string, otherwise?: number): number {
    const value = this.raw(name) ?? otherwise
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    this.fault(name, 'is no whole number')
    return 0
  }
  /** Bytes in words, or the index of an array. */
  key(name: string): string | number {
    const value = this.raw(name)
    return typeof value === 'number' ? this.count(name) : this.text(name)
  }
  oneOf<T extends string>(name: string, values: readonly T[], otherwise?: T): T {
    const value = this.raw(name) ?? otherwise
    const found = values.find((v) => v === value)
    if (found === undefined) this.fault(name, `is none of ${values.join(', ')}`)
    return found ?? values[0]
  }
  /** Absent = empty. */
  list<T>(name: string, item: (f: Fields) => T): T[] {
    const value = this.raw(name) ?? []
    if (!Array.isArray(value) || value.length > MAX_ITEMS) {
      this.fault(name, 'is no list, or too long')
      return []
    }
    const path = [this.path, name].filter(Boolean).join('.')
    return value.map((x, i) => item(new Fields(x, `${path}[${i}]`, this.faults)))
  }
  asText(): string {
    if (typeof this.value === 'string' && this.value.length <= MAX_TEXT) return this.value
    this.fault('', 'is no text')
    return ''
  }
}
