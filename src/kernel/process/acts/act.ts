// What a process can be told to do. A text of acts becomes a table of blocks; a block is a list of acts, and acts that hold others (a fork, a loop, the
// body of a function of user space) name their block by its index. Immutable.

/** A file descriptor: its number, or the name that an act bound it to. */
export type Ref = number | string

/** An argument of a system call or function as it stands in the text; what the registers hold is made when the act is carried out. */
export type Arg =
  | { readonly kind: 'number'; readonly value: bigint }
  /** Pointer to a text that ends in NUL. */
  | { readonly kind: 'text'; readonly text: string }
  /** Pointer to these bytes, and (in the next argument, usually) how many they are. */
  | { readonly kind: 'bytes'; readonly text: string }
  /** Pointer to room for so many bytes. */
  | { readonly kind: 'room'; readonly sizeBytes: number }
  | { readonly kind: 'fd'; readonly ref: Ref }
  | { readonly kind: 'process'; readonly name: Ref }
  /** Pointer to a struct sockaddr_in. */
  | { readonly kind: 'sockaddr'; readonly host: string; readonly port: number }
  /** Pointer to a list of pointers to texts, NULL at its end. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** Pointer to 64-bit words. */
  | { readonly kind: 'words'; readonly words: readonly bigint[] }

/** Half-open range of characters of the text. */
export interface ActSpan {
  readonly from: number
  readonly to: number
}

interface Common {
  readonly span: ActSpan
  /** Simulated time that it takes; -1 = what is usual. */
  readonly takesNs: number
  /** Name that its result is bound to; empty = none. */
  readonly bind: string
  /** Block that is carried out where it fails; -1 = none. */
  readonly otherwise: number
}

export type ActBody =
  | {
      readonly kind: 'syscall'
      readonly name: string
      readonly args: readonly Arg[]
      readonly shown: readonly string[]
      readonly answer?: bigint
    }
  /** `block` -1: the child waits for acts that call it by its name. */
  | { readonly kind: 'fork'; readonly name: string; readonly thread: boolean; readonly block: number }
  /** `strict`: an act that fails ends the block. */
  | { readonly kind: 'block'; readonly block: number; readonly times: number; readonly strict: boolean }
  /** A function of user space is called; its body is the block. */
  | {
      readonly kind: 'call'
      readonly image: string
      readonly name: string
      readonly args: readonly Arg[]
      readonly result: Arg
      readonly block: number
    }
  | { readonly kind: 'spin'; readonly ns: number; readonly stack: readonly string[] }
  | { readonly kind: 'wait'; readonly name: string }
  /** A program of user space reads an iterator, or runs a program of type syscall. */
  | { readonly kind: 'iter'; readonly program: string }
  | { readonly kind: 'prog'; readonly program: string; readonly bytes: Uint8Array }

export type Act = Common & ActBody

export type ActBlock = readonly Act[]

/** What is wrong in a text of acts. */
export interface ActFault {
  readonly code: 'acts.verb' | 'acts.argument' | 'acts.missing' | 'acts.extra' | 'acts.quote' | 'acts.block' | 'acts.syscall' | 'acts.depth'
  readonly params: readonly string[]
  readonly span: ActSpan
}

export interface ActTable {
  readonly blocks: readonly ActBlock[]
}
