// The typed tree: what the program means, with every implicit conversion written out. Made by sema, read by lower.
//
// An expression is an lvalue (it names an object: `lvalue` is set) or a value. `load`, `decay` and `cast` nodes lead from one to the
// other, so that lower/ never asks about C's rules. Operands of arithmetic have been converted to one type, which is the result's.
// Constants are folded as soon as they are built: an integer constant expression is always a `const` node.
import type { Place } from '../report.ts'
import type { LoopPragma } from '../syntax/index.ts'
import type { CType, Field, Linkage, RecordType, StaticData } from './types.ts'

// --- what names stand for ---

/** A variable of a function: parameter or automatic. Owned by sema until the function is done. */
export interface LocalVariable {
  readonly kind: 'local'
  readonly name: string
  readonly at: Place
  readonly param: number | undefined
  /** __attribute__((cleanup(f))): called with its address where its scope is left. */
  cleanup: FunctionSymbol | undefined
  align: number
  type: CType
  /** Of a const integer with a constant initialiser: arrays may have that size. */
  value?: bigint
}

/** A variable with static storage while the unit is read; becomes a `GlobalVariable`. */
export interface GlobalSymbol {
  readonly kind: 'global'
  /** As linked: a static local is `function.name`. */
  readonly name: string
  at: Place
  type: CType
  linkage: Linkage
  weak: boolean
  hidden: boolean
  section: string | undefined
  used: boolean
  align: number | undefined
  data: StaticData | undefined
  readonly isString: boolean
  declTags: readonly string[]
  /** Its declaration is a definition, not just tentative. */
  defined: boolean
  /** Value of a const scalar: a call through it is a helper call. */
  value: bigint | undefined
  /** Assigned to, or its address taken, somewhere in the unit. */
  written: boolean
}

export interface FunctionSymbol {
  readonly kind: 'function'
  readonly name: string
  at: Place
  type: CType
  linkage: Linkage
  weak: boolean
  hidden: boolean
  section: string | undefined
  inline: 'always' | 'never' | 'hint' | 'none'
  noreturn: boolean
  naked: boolean
  /** __attribute__((unused)): that nothing uses it is meant. */
  unused: boolean
  used: boolean
  declTags: readonly string[]
  bodyAt: Place | undefined
  /** Bytes that it loads from the packet: declared as one of LLVM's llvm.bpf.load.byte, half and word, which are instructions. */
  packetLoad: 1 | 2 | 4 | undefined
  /** Undeclared in the source: a builtin under its library name. */
  readonly builtin: string | undefined
}

export type NamedSymbol =
  | LocalVariable
  | GlobalSymbol
  | FunctionSymbol
  | { readonly kind: 'typedef'; readonly name: string; readonly type: CType; readonly at: Place }
  | { readonly kind: 'enumerator'; readonly name: string; readonly value: bigint; readonly type: CType; readonly at: Place }

// --- expressions ---

export type ArithmeticOp = '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '&' | '^' | '|'
export type CompareOp = '<' | '>' | '<=' | '>=' | '==' | '!='

interface Base {
  readonly type: CType
  readonly at: Place
  readonly lvalue: boolean
}
export type TExpr =
  /** An integer or pointer constant, wrapped to its type. */
  | (Base & { readonly kind: 'const'; readonly value: bigint })
  | (Base & { readonly kind: 'local'; readonly variable: LocalVariable })
  /** A global or a string literal. */
  | (Base & { readonly kind: 'global'; readonly variable: GlobalSymbol })
  | (Base & { readonly kind: 'function'; readonly fn: FunctionSymbol })
  | (Base & { readonly kind: 'deref'; readonly operand: TExpr })
  /** Of an lvalue record, or of a record value (a call's result). */
  | (Base & { readonly kind: 'member'; readonly base: TExpr; readonly record: RecordType; readonly field: Field })
  | (Base & { readonly kind: 'compound-literal'; readonly variable: LocalVariable | GlobalSymbol; readonly init: TInit | undefined })
  /** Address of an lvalue or function. */
  | (Base & { readonly kind: 'address'; readonly operand: TExpr })
  /** The value of an lvalue. */
  | (Base & { readonly kind: 'load'; readonly operand: TExpr })
  /** An array to a pointer to its first element. */
  | (Base & { readonly kind: 'decay'; readonly operand: TExpr })
  | (Base & { readonly kind: 'cast'; readonly operand: TExpr })
  | (Base & { readonly kind: 'unary'; readonly op: '-' | '~'; readonly operand: TExpr })
  | (Base & { readonly kind: 'not'; readonly operand: TExpr })
  | (Base & { readonly kind: 'step'; readonly op: '++' | '--'; readonly prefix: boolean; readonly operand: TExpr })
  | (Base & { readonly kind: 'arithmetic'; readonly op: ArithmeticOp; readonly left: TExpr; readonly right: TExpr })
  | (Base & { readonly kind: 'compare'; readonly op: CompareOp; readonly left: TExpr; readonly right: TExpr })
  | (Base & { readonly kind: 'logical'; readonly op: '&&' | '||'; readonly left: TExpr; readonly right: TExpr })
  /** `scale` bytes a step; `index` is an integer of 64 bits. */
  | (Base & {
      readonly kind: 'pointer-add'
      readonly pointer: TExpr
      readonly index: TExpr
      readonly scale: number
      readonly subtract: boolean
    })
  | (Base & { readonly kind: 'pointer-diff'; readonly left: TExpr; readonly right: TExpr; readonly scale: number })
  /** Without `yes`: GNU `a ?: b`, whose condition is also the value. */
  | (Base & { readonly kind: 'conditional'; readonly condition: TExpr; readonly yes: TExpr | undefined; readonly no: TExpr })
  | (Base & { readonly kind: 'assign'; readonly left: TExpr; readonly right: TExpr })
  /** left = (left type) ((computed) left op right); for pointers `scale` bytes a step. */
  | (Base & {
      readonly kind: 'compound-assign'
      readonly op: ArithmeticOp
      readonly left: TExpr
      readonly right: TExpr
      readonly computed: CType
      readonly scale: number | undefined
    })
  | (Base & { readonly kind: 'comma'; readonly left: TExpr; readonly right: TExpr })
  | (Base & { readonly kind: 'call'; readonly callee: TExpr; readonly args: readonly TExpr[] })
  | (Base & { readonly kind: 'builtin'; readonly name: string; readonly args: readonly TExpr[]; readonly core?: CoreQuery })
  /** GNU statement expression; the value is that of the last statement where it is an expression. */
  | (Base & { readonly kind: 'statements'; readonly body: TBlock; readonly result: TExpr | undefined })
  /** Reported already; everything built on it is silent. */
  | (Base & { readonly kind: 'error' })

/** What a CO-RE builtin asks of a type: relocation kind, root type and access string. */
export interface CoreQuery {
  readonly relo: number
  readonly root: CType
  readonly access: string
  readonly value: bigint
}

/** An initialiser in layout order. */
export interface TInit {
  readonly parts: readonly InitPart[]
  /** Bytes of the whole object; what no part covers is zero. */
  readonly size: number
}
export interface InitPart {
  readonly offBits: number
  /** For a bit-field. */
  readonly widthBits: number | undefined
  readonly type: CType
  /** A value of `type`; a `global` string literal for an array of char; undefined: zeros. */
  readonly value: TExpr | undefined
}

// --- statements ---

export interface TLabel {
  readonly name: string
  readonly at: Place
  /** Where it stands; undefined until met. */
  definedAt: Place | undefined
  /** The scopes around that place, outermost first: what a jump to it leaves open. */
  scopes: readonly ScopeId[]
  used: boolean
}
/** What tells scopes apart. */
export type ScopeId = symbol
export interface TCase {
  readonly low: bigint
  readonly high: bigint
  readonly at: Place
}
export interface TBlock {
  readonly kind: 'block'
  /** Absent: its variables belong to the scope around. */
  readonly scope?: ScopeId
  readonly items: readonly TStmt[]
  readonly at: Place
  readonly closeAt: Place
}
export interface TAsmOperand {
  readonly name: string | undefined
  readonly constraint: string
  readonly value: TExpr
}
export type TStmt =
  | TBlock
  | { readonly kind: 'declare'; readonly variable: LocalVariable; readonly init: TInit | undefined; readonly at: Place }
  | { readonly kind: 'expression'; readonly value: TExpr; readonly at: Place }
  | { readonly kind: 'empty'; readonly at: Place }
  | { readonly kind: 'if'; readonly condition: TExpr; readonly yes: TStmt; readonly no: TStmt | undefined; readonly at: Place }
  | {
      readonly kind: 'while' | 'do'
      readonly condition: TExpr
      readonly body: TStmt
      readonly pragma: LoopPragma | undefined
      readonly at: Place
    }
  | {
      readonly kind: 'for'
      readonly scope: ScopeId
      readonly init: readonly TStmt[]
      readonly condition: TExpr | undefined
      readonly step: TExpr | undefined
      readonly body: TStmt
      readonly pragma: LoopPragma | undefined
      readonly at: Place
    }
  | {
      readonly kind: 'switch'
      readonly value: TExpr
      readonly cases: readonly TCase[]
      readonly hasDefault: boolean
      readonly body: TStmt
      readonly at: Place
    }
  | { readonly kind: 'case'; readonly case: TCase; readonly body: TStmt; readonly at: Place }
  | { readonly kind: 'default'; readonly body: TStmt; readonly at: Place }
  | { readonly kind: 'label'; readonly label: TLabel; readonly body: TStmt; readonly at: Place }
  | { readonly kind: 'goto'; readonly label: TLabel; readonly at: Place }
  | { readonly kind: 'break' | 'continue'; readonly at: Place }
  | { readonly kind: 'return'; readonly value: TExpr | undefined; readonly at: Place }
  | {
      readonly kind: 'asm'
      readonly template: string
      readonly outputs: readonly TAsmOperand[]
      readonly inputs: readonly TAsmOperand[]
      readonly clobbers: readonly string[]
      readonly labels: readonly TLabel[]
      readonly at: Place
    }

export interface TFunction {
  readonly symbol: FunctionSymbol
  readonly params: readonly LocalVariable[]
  readonly body: TBlock
  readonly labels: readonly TLabel[]
}

/** The whole program: definitions in order of the source. */
export interface TUnit {
  readonly globals: readonly GlobalSymbol[]
  readonly functions: readonly FunctionSymbol[]
  readonly definitions: readonly TFunction[]
}
