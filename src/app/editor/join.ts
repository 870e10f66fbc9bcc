// Monaco reads its lists of services, contributions and actions once, when an editor is made. This reads them again for the editors that stand, after
// features.ts added to them. Monaco has no call for it, so parts of 0.57 are named here that are not its interface; the journeys in e2e/edit.spec.ts fail
// when one of them has changed.
import { setBaseLayerHoverDelegate } from 'monaco-editor/base/browser/ui/hover/hoverDelegate2'
import { EditorExtensionsRegistry } from 'monaco-editor/editor/browser/editorExtensions'
import { EditorMarkdownCodeBlockRenderer } from 'monaco-editor/editor/browser/widget/markdownRenderer/browser/editorMarkdownCodeBlockRenderer'
import { InternalEditorAction } from 'monaco-editor/editor/common/editorAction'
import { getEditorFeatures } from 'monaco-editor/editor/common/editorFeatures'
import { StandaloneServices } from 'monaco-editor/editor/standalone/browser/standaloneServices'
import { IHoverService } from 'monaco-editor/platform/hover/browser/hover'
import 'monaco-editor/platform/hover/browser/hoverService'
import { getSingletonServiceDescriptors } from 'monaco-editor/platform/instantiation/common/extensions'
import { IInstantiationService } from 'monaco-editor/platform/instantiation/common/instantiation'
import { IMarkdownRendererService } from 'monaco-editor/platform/markdown/browser/markdownRenderer'
import { whenIdle } from '../idle.ts'
import { monaco } from './monaco.ts'
import { registerServices } from './services.ts'

/** When a contribution is made: at once, after the first drawing, before the first touch, when there is time; when asked for (the fifth). */
const AT_ONCE = 0
const LAST_BY_ITSELF = 3

export function joinFeatures(): void {
  registerServices()
  const instantiation = StandaloneServices.get(IInstantiationService)
  const { _services: services } = instantiation
  for (const [id, descriptor] of getSingletonServiceDescriptors()) if (!services.get(id)) services.set(id, descriptor)
  setBaseLayerHoverDelegate(StandaloneServices.get(IHoverService))
  const codeBlocks = instantiation.createInstance(EditorMarkdownCodeBlockRenderer)
  StandaloneServices.get(IMarkdownRendererService).setDefaultCodeBlockRenderer(codeBlocks)
  for (const feature of getEditorFeatures()) instantiation.createInstance(feature)
  for (const editor of monaco.editor.getEditors()) joinEditor(editor as unknown as InsideEditor)
  // No rule more, but the table of keys is made anew.
  monaco.editor.addKeybindingRules([])
}

/** What an editor does with these lists when it is made. Each contribution is made in a rest of its own, or by Monaco when it is needed before. */
function joinEditor(editor: InsideEditor): void {
  const { _contributions: contributions, _instantiationService: instantiation } = editor
  const fresh = EditorExtensionsRegistry.getEditorContributions().filter(
    ({ id }) => !contributions._pending.has(id) && !contributions._instances.get(id),
  )
  for (const one of fresh) contributions._pending.set(one.id, one)
  for (let kind = AT_ONCE; kind <= LAST_BY_ITSELF; kind++) contributions._finishedInstantiation[kind] = false
  for (const action of EditorExtensionsRegistry.getEditorActions()) {
    const { id, label, alias, metadata, precondition } = action
    if (editor._actions.has(id)) continue
    const run = (args: unknown) =>
      instantiation.invokeFunction((accessor) => Promise.resolve(action.runEditorCommand(accessor, editor, args)))
    editor._actions.set(id, new InternalEditorAction(id, label, alias, metadata, precondition ?? undefined, run, editor._contextKeyService))
  }
  contributions._instantiateSome(AT_ONCE)
  const waiting = fresh.filter((one) => one.instantiation <= LAST_BY_ITSELF)
  // A window that becomes narrow meanwhile takes its editor away.
  editor.onDidDispose(() => waiting.splice(0))
  const next = () => {
    const one = waiting.shift()
    if (!one) return
    contributions._instantiateById(one.id)
    whenIdle(next)
  }
  whenIdle(next)
}
