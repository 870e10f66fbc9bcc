// The syntax tree: what was written, before anything is known of types.
// Made by the parser, which knows of names only whether they are typedefs; read by sema. Nodes are immutable.
// `at` spans the whole node; `opAt` is the operator or name that clang's caret and debug lines point to.
// A part that could not be parsed is an `error` node; sema says nothing more about it.
import type { Place } from '../report.ts'

export interface Name {
  readonly name: string
  readonly at: Place
}

// --- expressions ---

export type UnaryOp = '&' | '*' | '+' | '-' | '~' | '!' | '++' | '--' | '__extension__' | '__real__' | '__imag__'
export type BinaryOp = '*' | '/' | '%' | '+' | '-' | '<<' | '>>' | '<' | '>' | '<=' | '>=' | '==' | '!=' | '&' | '^' | '|' | '&&' | '||'
export type AssignOp = '=' | '*=' | '/=' | '%=' | '+=' | '-=' | '<<=' | '>>=' | '&=' | '^=' | '|='

interface Node {
  readonly at: Place
}
export interface NameExpr extends Node {
  readonly kind: 'name'
  readonly name: string
}
export interface LiteralExpr extends Node {
  readonly kind: 'number' | 'char'
  readonly text: string
}
export interface StringExpr extends Node {
  readonly kind: 'string'
  readonly parts: readonly { readonly text: string; readonly at: Place }[]
}
export interface ParenExpr extends Node {
  readonly kind: 'paren'
  readonly inner: Expr
}
export interface GenericExpr extends Node {
  readonly kind: 'generic'
  readonly control: Expr
  /** Without a type: `default`. */
  readonly associations: readonly { readonly type: TypeName | undefined; readonly value: Expr; readonly at: Place }[]
}
/** GNU `({ ... })`. */
export interface StatementExpr extends Node {
  readonly kind: 'statements'
  readonly body: CompoundStmt
}
export interface IndexExpr extends Node {
  readonly kind: 'index'
  readonly base: Expr
  readonly index: Expr
}
export interface CallExpr extends Node {
  readonly kind: 'call'
  readonly callee: Expr
  readonly args: readonly Expr[]
  readonly closeAt: Place
}
export interface MemberExpr extends Node {
  readonly kind: 'member'
  readonly base: Expr
  readonly arrow: boolean
  readonly name: string
  readonly opAt: Place
}
export interface PostfixExpr extends Node {
  readonly kind: 'postfix'
  readonly op: '++' | '--'
  readonly operand: Expr
  readonly opAt: Place
}
export interface UnaryExpr extends Node {
  readonly kind: 'unary'
  readonly op: UnaryOp
  readonly operand: Expr
}
export interface SizeofExpr extends Node {
  readonly kind: 'sizeof'
  readonly what: 'sizeof' | 'alignof'
  readonly operand: Expr | TypeName
}
export interface CastExpr extends Node {
  readonly kind: 'cast'
  readonly type: TypeName
  readonly operand: Expr
}
export interface CompoundLiteralExpr extends Node {
  readonly kind: 'compound-literal'
  readonly type: TypeName
  readonly init: InitList
}
export interface BinaryExpr extends Node {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly left: Expr
  readonly right: Expr
  readonly opAt: Place
}
export interface ConditionalExpr extends Node {
  readonly kind: 'conditional'
  readonly condition: Expr
  /** Undefined: GNU `a ?: b`. */
  readonly yes: Expr | undefined
  readonly no: Expr
  readonly opAt: Place
}
export interface AssignExpr extends Node {
  readonly kind: 'assign'
  readonly op: AssignOp
  readonly left: Expr
  readonly right: Expr
  readonly opAt: Place
}
export interface CommaExpr extends Node {
  readonly kind: 'comma'
  readonly left: Expr
  readonly right: Expr
  readonly opAt: Place
}
export interface OffsetofExpr extends Node {
  readonly kind: 'offsetof'
  readonly type: TypeName
  readonly path: readonly Designator[]
}
export interface TypesCompatibleExpr extends Node {
  readonly kind: 'types-compatible'
  readonly left: TypeName
  readonly right: TypeName
}
export interface ChooseExpr extends Node {
  readonly kind: 'choose'
  readonly condition: Expr
  readonly yes: Expr
  readonly no: Expr
}
export interface VaArgExpr extends Node {
  readonly kind: 'va-arg'
  readonly list: Expr
  readonly type: TypeName
}
/** GNU `&&label`. */
export interface LabelAddressExpr extends Node {
  readonly kind: 'label-address'
  readonly label: Name
}
export interface ErrorExpr extends Node {
  readonly kind: 'error'
}
export type Expr =
  | NameExpr
  | LiteralExpr
  | StringExpr
  | ParenExpr
  | GenericExpr
  | StatementExpr
  | IndexExpr
  | CallExpr
  | MemberExpr
  | PostfixExpr
  | UnaryExpr
  | SizeofExpr
  | CastExpr
  | CompoundLiteralExpr
  | BinaryExpr
  | ConditionalExpr
  | AssignExpr
  | CommaExpr
  | OffsetofExpr
  | TypesCompatibleExpr
  | ChooseExpr
  | VaArgExpr
  | LabelAddressExpr
  | ErrorExpr

// --- initialisers ---

export type Designator =
  | { readonly kind: 'field'; readonly name: string; readonly at: Place }
  | { readonly kind: 'index'; readonly low: Expr; readonly high: Expr | undefined; readonly at: Place }

export interface InitItem {
  readonly designators: readonly Designator[]
  readonly init: Initializer
}
export interface InitList extends Node {
  readonly kind: 'init-list'
  readonly items: readonly InitItem[]
}
export type Initializer = Expr | InitList

// --- types ---

export interface Qualifiers {
  readonly const: boolean
  readonly volatile: boolean
  readonly restrict: boolean
  readonly atomic: boolean
}
export const NO_QUALIFIERS: Qualifiers = { const: false, volatile: false, restrict: false, atomic: false }

export interface Attribute {
  /** Without underscores around it. */
  readonly name: string
  readonly args: readonly Expr[]
  readonly at: Place
}

export type StorageClass = 'typedef' | 'extern' | 'static' | 'auto' | 'register'

export interface RecordSpec {
  readonly kind: 'record'
  readonly tag: 'struct' | 'union'
  readonly name: Name | undefined
  /** Undefined: no body. */
  readonly members: readonly MemberDeclaration[] | undefined
  readonly attributes: readonly Attribute[]
  /** #pragma pack in force at the body. */
  readonly pack: number | undefined
  /** The `;` behind it is missing, which has been said. */
  readonly isOpenEnded?: boolean
  readonly at: Place
}
export interface EnumSpec {
  readonly kind: 'enum'
  readonly name: Name | undefined
  readonly members: readonly { readonly name: Name; readonly value: Expr | undefined }[] | undefined
  readonly underlying: TypeName | undefined
  readonly attributes: readonly Attribute[]
  readonly at: Place
}
export type TypeSpec =
  /** Keywords as written, e.g. ['unsigned', 'long', 'long']. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly at: Place }
  | RecordSpec
  | EnumSpec
  | { readonly kind: 'typedef'; readonly name: string; readonly at: Place }
  | { readonly kind: 'typeof'; readonly operand: Expr | TypeName; readonly unqualified: boolean; readonly at: Place }
  | { readonly kind: 'auto'; readonly at: Place }

export interface Specifiers {
  readonly storage: StorageClass | undefined
  readonly inline: boolean
  readonly noreturn: boolean
  readonly threadLocal: boolean
  readonly qualifiers: Qualifiers
  /** Undefined: none was written. */
  readonly type: TypeSpec | undefined
  readonly attributes: readonly Attribute[]
  readonly alignas: readonly (Expr | TypeName)[]
  readonly at: Place
}

/** From the outside to the name: `*x[3]` is pointer(array(name)) and reads "array of pointers". */
export type Declarator =
  | { readonly kind: 'name'; readonly name: Name | undefined; readonly at: Place }
  | { readonly kind: 'pointer'; readonly qualifiers: Qualifiers; readonly attributes: readonly Attribute[]; readonly inner: Declarator }
  | { readonly kind: 'array'; readonly size: Expr | undefined; readonly star: boolean; readonly inner: Declarator; readonly at: Place }
  | {
      readonly kind: 'function'
      readonly params: readonly ParamDeclaration[]
      readonly variadic: boolean
      /** False for `()`. */
      readonly prototype: boolean
      readonly inner: Declarator
      readonly at: Place
    }
  | { readonly kind: 'attributed'; readonly attributes: readonly Attribute[]; readonly inner: Declarator }

export interface ParamDeclaration {
  readonly specifiers: Specifiers
  readonly declarator: Declarator
  readonly attributes: readonly Attribute[]
  readonly at: Place
}

export interface TypeName {
  readonly kind: 'type-name'
  readonly specifiers: Specifiers
  readonly declarator: Declarator
  readonly at: Place
}

export interface MemberDeclaration {
  readonly kind: 'member-declaration'
  readonly specifiers: Specifiers
  readonly declarators: readonly {
    readonly declarator: Declarator
    readonly width: Expr | undefined
    readonly attributes: readonly Attribute[]
  }[]
  readonly at: Place
}

// --- declarations ---

export interface InitDeclarator {
  readonly declarator: Declarator
  readonly attributes: readonly Attribute[]
  /** asm("name") behind it: what it is called in the object. */
  readonly asmLabel: Expr | undefined
  readonly init: Initializer | undefined
  readonly at: Place
}
export interface Declaration {
  readonly kind: 'declaration'
  /** -W names that #pragma diagnostic silences. */
  readonly ignored?: ReadonlySet<string>
  readonly specifiers: Specifiers
  readonly declarators: readonly InitDeclarator[]
  readonly at: Place
}
export interface FunctionDefinition {
  readonly kind: 'function'
  readonly ignored?: ReadonlySet<string>
  readonly specifiers: Specifiers
  readonly declarator: Declarator
  readonly attributes: readonly Attribute[]
  readonly body: CompoundStmt
  readonly at: Place
}
export interface StaticAssert {
  readonly kind: 'static-assert'
  readonly condition: Expr
  readonly message: StringExpr | undefined
  readonly at: Place
}
export type ExternalDeclaration = Declaration | FunctionDefinition | StaticAssert

// --- statements ---

/** #pragma unroll and its kin, before a loop. */
export type LoopPragma = { readonly unroll: 'full' | 'disable' } | { readonly unroll: 'count'; readonly count: number }

export interface AsmOperand {
  readonly name: string | undefined
  readonly constraint: string
  readonly value: Expr
  readonly at: Place
}

export interface CompoundStmt extends Node {
  readonly kind: 'compound'
  readonly items: readonly Stmt[]
  readonly openAt: Place
  readonly closeAt: Place
}
export type Stmt =
  | CompoundStmt
  | { readonly kind: 'declare'; readonly declaration: Declaration | StaticAssert; readonly at: Place }
  | { readonly kind: 'expression'; readonly value: Expr; readonly at: Place }
  /** A statement within which #pragma diagnostic silences these -W names. */
  | { readonly kind: 'ignoring'; readonly ignored: ReadonlySet<string>; readonly body: Stmt; readonly at: Place }
  | { readonly kind: 'empty'; readonly attributes: readonly Attribute[]; readonly at: Place }
  | {
      readonly kind: 'if'
      readonly condition: Expr
      readonly yes: Stmt
      readonly no: Stmt | undefined
      readonly at: Place
      readonly elseAt?: Place
    }
  | { readonly kind: 'while'; readonly condition: Expr; readonly body: Stmt; readonly pragma: LoopPragma | undefined; readonly at: Place }
  | { readonly kind: 'do'; readonly condition: Expr; readonly body: Stmt; readonly pragma: LoopPragma | undefined; readonly at: Place }
  | {
      readonly kind: 'for'
      readonly init: Stmt | undefined
      readonly condition: Expr | undefined
      readonly step: Expr | undefined
      readonly body: Stmt
      readonly pragma: LoopPragma | undefined
      readonly at: Place
    }
  | { readonly kind: 'switch'; readonly value: Expr; readonly body: Stmt; readonly at: Place }
  | { readonly kind: 'case'; readonly low: Expr; readonly high: Expr | undefined; readonly body: Stmt; readonly at: Place }
  | { readonly kind: 'default'; readonly body: Stmt; readonly at: Place }
  | { readonly kind: 'label'; readonly label: Name; readonly body: Stmt; readonly at: Place }
  | { readonly kind: 'goto'; readonly label: Name; readonly at: Place }
  | { readonly kind: 'goto-computed'; readonly target: Expr; readonly at: Place }
  | { readonly kind: 'break' | 'continue'; readonly at: Place }
  | { readonly kind: 'return'; readonly value: Expr | undefined; readonly at: Place }
  /** GNU: labels that belong to the block. */
  | { readonly kind: 'local-labels'; readonly names: readonly Name[]; readonly at: Place }
  | {
      readonly kind: 'asm'
      readonly volatile: boolean
      readonly template: string
      readonly outputs: readonly AsmOperand[]
      readonly inputs: readonly AsmOperand[]
      readonly clobbers: readonly string[]
      readonly labels: readonly Name[]
      readonly at: Place
    }

export interface TranslationUnit {
  readonly declarations: readonly ExternalDeclaration[]
}
