// The part of the WebAssembly interface that the engine uses, declared here because the core is checked without the DOM's types.
// Node and all browsers have it, but some can be told to do without.
// Reference: WebAssembly JavaScript Interface.

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  /** Adds pages of 64 KiB; throws where there are no more. */
  grow(pages: number): number
}

/** What a module exports: functions by name. */
export type WasmExports = Readonly<Record<string, (...args: readonly number[]) => number>>

interface Interface {
  readonly Memory: new (d: { readonly initial: number; readonly maximum: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: WasmExports }
}

declare const WebAssembly: Interface

/** undefined = there is none here. */
export const wasm: Interface | undefined = typeof WebAssembly === 'undefined' ? undefined : WebAssembly
