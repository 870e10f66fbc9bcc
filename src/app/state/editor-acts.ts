// What the rest of the page may ask of the editor. The editor puts its own acts in when it is ready; until then they do nothing.
import { create } from 'zustand'

export interface EditorActs {
  focus(): void
  hasFocus(): boolean
  /** The list of the editor's commands. */
  palette(): void
  /** To the next (1) or previous (-1) problem. */
  problem(by: 1 | -1): void
}

export const useEditorActs = create<EditorActs>()(() => ({ focus() {}, hasFocus: () => false, palette() {}, problem() {} }))
