// The editor with what writing and reading take: text, cursor, keys, colours, marks. Everything else of Monaco (finding, suggesting, hovering, commands)
// comes behind it, in features.ts. The worker must be set before an editor is made.
import * as monaco from 'monaco-editor/editor'
import editorWorkerUrl from 'monaco-editor/editor/editor.worker?worker&url'
import { trustedWorkerUrl } from '../trusted.ts'

self.MonacoEnvironment = { getWorker: () => new Worker(trustedWorkerUrl(editorWorkerUrl), { type: 'module', name: 'monaco' }) }

export { monaco }
export type Editor = monaco.editor.IStandaloneCodeEditor
