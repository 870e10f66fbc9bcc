// The few host facilities that the core uses, each part of every JavaScript engine that it runs in; the DOM library is not.
declare class TextEncoder {
  encode(text: string): Uint8Array
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(bytes?: Uint8Array): string
}
