// What a page that is one file was given by the file: its project, its own text, where it was made. Set by the few lines that start it (scripts/one-file.ts).
export interface GivenFile {
  /** A link's fragment; empty where the file brings no work. */
  readonly project: string
  /** The file itself, to be saved anew. */
  readonly whole: string
  /** Address of the page that it was made on; empty where it is not known. */
  readonly home: string
}

/** Undefined on a page from a server. */
export const givenFile = (): GivenFile | undefined => (globalThis as { readonly beeyardFile?: GivenFile }).beeyardFile
