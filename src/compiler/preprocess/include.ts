// Finding an included file: beside the includer ("..." only), in the include folders, in the project, in our own headers.
// Paths are within the project, `/` between folders; `.` and `..` are resolved here.
import { makeSource, type SourceFile } from '../../diag/index.ts'
import type { State } from './state.ts'

export interface Found {
  readonly source: SourceFile
  /** Index in the search path, for #include_next. */
  readonly foundAt: number
}

/** The file, or undefined. A file that was read before is given as the same object. */
export function findInclude(state: State, name: string, angled: boolean, next: boolean): Found | undefined {
  const includer = state.files[state.files.length - 1]
  const { includeDirs, include, header } = state.input
  const read = (path: string): SourceFile | undefined => {
    if (path === state.input.main.path) state.sawMain = true
    const known = state.sources.get(path) ?? include(path)
    if (known || !path.startsWith(HEADER_FOLDER)) return known
    const text = header(path.slice(HEADER_FOLDER.length))
    return text === undefined ? undefined : makeSource(path, text)
  }
  const places: (() => SourceFile | undefined)[] = [
    () => (angled || next ? undefined : read(joinPath(includer.folder, name))),
    ...includeDirs.map((dir) => () => read(joinPath(dir, name))),
    () => read(joinPath('', name)),
    () => read(HEADER_FOLDER + joinPath('', name)),
  ]
  for (let i = next ? includer.foundAt + 1 : 0; i < places.length; i++) {
    const source = places[i]()
    if (source) return { source, foundAt: i }
  }
  return undefined
}

/** Where our own headers stand, as compilers and debuggers name them. */
export const HEADER_FOLDER = '/usr/include/'

export const folderOf = (path: string): string => path.replace(/[^/]*$/, '')

function joinPath(folder: string, name: string): string {
  const parts: string[] = []
  const full = name.startsWith('/') || folder === '' ? name : `${folder}/${name}`
  for (const part of full.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop()
    else parts.push(part)
  }
  return (full.startsWith('/') ? '/' : '') + parts.join('/')
}
