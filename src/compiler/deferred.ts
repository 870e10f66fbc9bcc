// Declarations of types that are read when someone first asks for them: of a header of tens of thousands a program uses a few dozen.
// The preprocessor passes over them and notes their names (preprocess/skim.ts); here the names stand in the file's scope, and looking one up
// reads its declaration with the parser and sema as they were where it stands.
//
// A struct that is only pointed to is never read: its tag is found, as a record that completes itself when someone asks for its members or
// size. What was read stays for later compilations, since it depends on nothing but what stands before it; tags that a passed-over declaration
// only mentions are therefore declared at once, so that it can bind to nothing later.
// Invariant: the types are those of reading everything at once. Faults in declarations that nobody asks for stay unseen.
import { assert } from '../base/index.ts'
import type { Span } from '../diag/index.ts'
import type { Hints } from './hints.ts'
import type { Deferred, SkimmedName, Token } from './preprocess/index.ts'
import { plain, type Sink } from './report.ts'
import { analyzeDeclarations, type Context, type EnumType, type NamedSymbol, type RecordType } from './sema/index.ts'
import { type Parser, parseDeclarations } from './syntax/index.ts'
import { UndoMap } from './undo.ts'

/** Owned by one spine of headers. */
export interface Deferrals {
  readonly names: DeferredMap<NamedSymbol>
  readonly tags: DeferredMap<RecordType | EnumType>
  readonly typedefs: UndoMap<string, boolean>
  readonly items: Item[]
  /** Where the compilation that is going on reports. */
  session: { readonly sink: Sink; readonly hints: Hints } | undefined
  /** Something was reported while these were read: what they left cannot be kept. */
  readonly faulty: Set<Item>
}

/** One declaration that was passed over. */
interface Item {
  readonly deferred: Deferred
  /** The parser where it stands (pragmas in force), and sema's state there. */
  readonly parser: Parser
  readonly context: Context
  read: boolean
  /** Records of its tags that were handed out before it was read. */
  readonly records: RecordType[]
  /** Keys that reading it left in the tables. */
  readonly kept: { readonly table: Keeping; readonly keys: string[] }[]
}

/** What of a table does not depend on its values. */
interface Keeping {
  keeping: string[] | undefined
  forget(keys: readonly string[]): void
}

/** A name in a declaration. */
interface Mention {
  readonly deferred: Deferred
  readonly name: SkimmedName
}

const placeOf = ({ deferred, name }: Mention): Span => plain(deferred.lexer.placeOf(name))

/** A name whose declaration may not have been read yet. */
interface Waiting {
  readonly item: Item
  readonly name: SkimmedName
  /** Where the name stands first, be it only mentioned. */
  readonly at: () => Span
}

/** A map some of whose values are made when they are first looked up. */
export class DeferredMap<V> extends UndoMap<string, V> {
  /** Set by `makeDeferrals`: the value, put into the map; undefined where it is not there after all. */
  find: (waiting: Waiting) => V | undefined = () => undefined
  /** What stands for a name in a list of all names. */
  outline: (waiting: Waiting) => V | undefined = () => undefined
  readonly waiting = new Map<string, Waiting>()

  override get(key: string): V | undefined {
    const known = super.get(key)
    if (known !== undefined || this.waiting.size === 0) return known
    const found = this.waiting.get(key)
    return found && !found.item.read ? this.find(found) : undefined
  }

  /** Whether the name is in the map or waits to be. */
  isTaken(key: string): boolean {
    return this.has(key) || this.waiting.has(key)
  }

  override *[Symbol.iterator](): MapIterator<[string, V]> {
    yield* super[Symbol.iterator]()
    for (const [key, waiting] of this.waiting) {
      const outline = waiting.item.read ? undefined : this.outline(waiting)
      if (outline !== undefined) yield [key, outline]
    }
  }
}

export function makeDeferrals(typedefs: UndoMap<string, boolean>): Deferrals {
  const names = new DeferredMap<NamedSymbol>()
  const tags = new DeferredMap<RecordType | EnumType>()
  const all: Deferrals = { names, tags, typedefs, items: [], session: undefined, faulty: new Set() }
  names.find = ({ item, name }) => {
    read(all, item)
    return names.get(name.name)
  }
  names.outline = ({ name, at: lazily }) => {
    const at = lazily()
    const type = { kind: 'void' } as const
    return name.kind === 'typedef'
      ? { kind: 'typedef', name: name.name, type, at }
      : { kind: 'enumerator', name: name.name, value: 0n, type, at }
  }
  tags.find = (waiting) => {
    const { item, name } = waiting
    if (name.kind === 'enum') {
      read(all, item)
      return tags.get(name.name)
    }
    const record = recordOf(all, waiting)
    keep(item, [tags], () => tags.set(name.name, record))
    return record
  }
  return all
}

/** Tells the parser of the typedef names of a declaration that it passes over. */
export function passOver(all: Deferrals, { typedef }: Deferred): void {
  if (typedef) all.typedefs.set(typedef.name, true)
}

/** Enters declarations that were passed over, in order. Some are read at once: those that would declare a name a second time. */
export function deferDeclarations(
  all: Deferrals,
  list: readonly { readonly deferred: Deferred; readonly parser: Parser }[],
  context: Context,
): void {
  const again: Item[] = []
  const mentioned = new Map<string, Mention>()
  for (const { deferred, parser } of list) {
    const item: Item = { deferred, parser, context, read: false, records: [], kept: [] }
    all.items.push(item)
    const others = [...deferred.enumerators, ...(deferred.typedef ? [deferred.typedef] : [])]
    if (deferred.tags.some((t) => all.tags.isTaken(t.name)) || others.some((t) => all.names.isTaken(t.name))) {
      again.push(item)
      continue
    }
    for (const name of deferred.tags) {
      const first = mentioned.get(name.name) ?? { deferred, name }
      all.tags.waiting.set(name.name, { item, name, at: () => placeOf(first) })
    }
    for (const name of others) all.names.waiting.set(name.name, { item, name, at: () => placeOf({ deferred, name }) })
    for (const name of deferred.mentions) if (!mentioned.has(name.name)) mentioned.set(name.name, { deferred, name })
  }
  for (const [key, mention] of mentioned) {
    if (!all.tags.waiting.has(key) && all.tags.get(key) === undefined) all.tags.set(key, incomplete(mention.name, placeOf(mention)))
  }
  for (const item of again) read(all, item)
}

/** Forgets all but the first `count` declarations and what reading them left. */
export function dropDeferred(all: Deferrals, count: number): void {
  while (all.items.length > count) {
    const item = all.items.pop()!
    all.faulty.delete(item)
    for (const { table, keys } of item.kept) table.forget(keys)
    const { tags, enumerators, typedef } = item.deferred
    for (const { name } of tags) if (all.tags.waiting.get(name)?.item === item) all.tags.waiting.delete(name)
    for (const { name } of enumerators) if (all.names.waiting.get(name)?.item === item) all.names.waiting.delete(name)
    if (typedef && all.names.waiting.get(typedef.name)?.item === item) all.names.waiting.delete(typedef.name)
  }
}

/** Reads one declaration with the phases as they were where it stands. */
function read(all: Deferrals, item: Item): void {
  if (item.read) return
  item.read = true
  for (const record of item.records) Object.defineProperties(record, plainProperties())
  assert(all.session !== undefined, 'a compilation is going on')
  const { sink, hints } = all.session
  const { deferred, parser, context } = item
  const before = sink.diagnostics.length
  keep(item, [all.names, all.tags, all.typedefs], () => {
    const tokens: Token[] = deferred.lexer.between(deferred.from, deferred.to)
    tokens.push({ ...tokens[tokens.length - 1], kind: 'end', text: '' })
    const declarations = parseDeclarations({
      ...parser,
      sink,
      hints,
      tokens,
      next: 0,
      panic: false,
      depth: 0,
      links: 0,
      scopes: [parser.scopes[0]],
    })
    const cx = { ...context, sink, hints, scopes: [context.scopes[0]], fn: undefined, journal: undefined, unevaluated: 0 }
    const { ignored } = sink
    analyzeDeclarations(cx, declarations)
    sink.ignored = ignored
  })
  if (sink.diagnostics.length > before) all.faulty.add(item)
}

/** Runs something whose new keys stay in the tables, and notes them with the declaration. */
function keep(item: Item, tables: readonly Keeping[], body: () => void): void {
  const outer = tables.map((t) => t.keeping)
  for (const table of tables) {
    table.keeping = []
    item.kept.push({ table, keys: table.keeping })
  }
  body()
  for (const [i, table] of tables.entries()) table.keeping = outer[i]
}

const LATE = ['complete', 'fields', 'size', 'align', 'packed', 'preserveAccessIndex', 'declTags'] as const

/** The record of a tag whose declaration was not read yet: asking for what it holds reads it. */
function recordOf(all: Deferrals, { item, name, at }: Waiting): RecordType {
  const record = incomplete(name, at())
  for (const key of LATE) {
    Object.defineProperty(record, key, {
      configurable: true,
      enumerable: true,
      get() {
        read(all, item)
        return record[key]
      },
      set(value: unknown) {
        read(all, item)
        ;(record as unknown as Record<string, unknown>)[key] = value
      },
    })
  }
  item.records.push(record)
  return record
}

function incomplete(name: SkimmedName, at: Span): RecordType {
  return {
    kind: 'record',
    tag: name.kind === 'union' ? 'union' : 'struct',
    name: name.name,
    at,
    complete: false,
    fields: [],
    size: 0,
    align: 1,
    packed: false,
    preserveAccessIndex: false,
    declTags: [],
  }
}

function plainProperties(): PropertyDescriptorMap {
  const of = (value: unknown): PropertyDescriptor => ({ value, writable: true, enumerable: true, configurable: true })
  return {
    complete: of(false),
    fields: of([]),
    size: of(0),
    align: of(1),
    packed: of(false),
    preserveAccessIndex: of(false),
    declTags: of([]),
  }
}
