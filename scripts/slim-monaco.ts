// Takes out of the built page what of Monaco nobody here can reach: the editor of differences, drawing by WebGPU, the map of the text, what asks
// providers that nobody registers, and the pictograms that no code names.
// The pictograms are a font of some hundred glyphs; those that stay are read off the built code (`register("name", 0xeab4)` gives each its place,
// `Codicon.name` and `codicon-name` use it), so that an update of Monaco cannot leave one out.
import subsetFont from 'subset-font'
import type { Plugin } from 'vite'

/** Modules that only options that are off and absent providers need, with what the rest imports of them by name. */
const UNREACHED: Readonly<Record<string, string>> = {
  'browser/widget/diffEditor/diffEditorWidget.js': 'export class DiffEditorWidget {}',
  'browser/widget/multiDiffEditor/multiDiffEditorWidget.js': 'export class MultiDiffEditorWidget {}',
  'browser/gpu/viewGpuContext.js': 'export class ViewGpuContext {}',
  'browser/viewParts/viewLinesGpu/viewLinesGpu.js': 'export class ViewLinesGpu {}',
  'browser/viewParts/rulersGpu/rulersGpu.js': 'export class RulersGpu {}',
  'browser/viewParts/gpuMark/gpuMark.js': 'export class GpuMarkOverlay {}',
  'common/model/tokens/treeSitter/treeSitterSyntaxTokenBackend.js': 'export class TreeSitterSyntaxTokenBackend {}',
  // The map of the whole text is off; the view wants a part that draws nothing.
  'browser/viewParts/minimap/minimap.js': `
    import { createFastDomNode } from '../../../../base/browser/fastDomNode.js'
    import { ViewPart } from '../../view/viewPart.js'
    export class Minimap extends ViewPart {
      node = createFastDomNode(document.createElement('div'))
      getDomNode() { return this.node }
      prepareRender() {}
      render() {}
    }`,
  // Hovers and the clipboard ask whether these are there: colours, inlay hints, definitions, suggested continuations, pasting by kind.
  'contrib/gotoSymbol/browser/link/goToDefinitionAtPosition.js':
    'export class GotoDefinitionAtPositionEditorContribution { static get() { return null } }',
  'contrib/inlayHints/browser/inlayHintsHover.js': 'export class InlayHintsHover {}',
  'contrib/inlineCompletions/browser/hintsWidget/inlineCompletionsHintsWidget.js':
    'export class InlineSuggestionHintsContentWidget { static dropDownVisible = false }',
  'contrib/colorPicker/browser/hoverColorPicker/hoverColorPickerParticipant.js':
    'export class ColorHover {}\nexport class HoverColorPickerParticipant {}',
  'contrib/colorPicker/browser/hoverColorPicker/hoverColorPicker.js': 'export const isOnColorDecorator = () => false',
  'contrib/dropOrPasteInto/browser/copyPasteController.js': 'export class CopyPasteController { static get() { return null } }',
}

const FONT = /assets\/codicon-.*\.ttf$/

export const slimMonaco = (): Plugin => ({
  name: 'slim-monaco',
  apply: 'build',
  enforce: 'pre',
  load(id) {
    const path = id.replaceAll('\\', '/')
    for (const [end, code] of Object.entries(UNREACHED)) if (path.endsWith(`/monaco-editor/esm/vs/editor/${end}`)) return code
    return undefined
  },
  async generateBundle(_, bundle) {
    const code = Object.values(bundle).flatMap((f) => (f.type === 'chunk' && f.fileName.includes('monaco') ? [f.code] : []))
    const text = usedPictograms(code.join('\n'))
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !FONT.test(file.fileName) || text === '') continue
      file.source = await subsetFont(Buffer.from(file.source), text, { targetFormat: 'truetype' })
    }
  },
})

/** The characters of all pictograms that code names outside of the table that lists them. */
export function usedPictograms(code: string): string {
  // In the table: chevronDown:r(`chevron-down`,60084). Aliases share a character.
  const row = /([A-Za-z0-9_$]+):[A-Za-z0-9_$]+\([`"']([a-z0-9-]+)[`"'],(0x[0-9a-f]+|\d+)\)/g
  const points = new Map<string, number>()
  for (const [, property, name, point] of code.matchAll(row)) {
    const value = Number(point)
    if (value < 0xe000 || value > 0xf8ff) continue
    points.set(`.${property}`, value)
    points.set(name, value)
  }
  const rest = code.replace(row, '')
  const used = new Set<number>()
  for (const [, property] of rest.matchAll(/(\.[A-Za-z0-9_$]+)/g)) add(property)
  for (const [, name] of rest.matchAll(/[`"' -]([a-z][a-z0-9-]*)/g)) add(name)
  for (const [, name] of rest.matchAll(/codicon-([a-z0-9-]+)/g)) add(name)
  return String.fromCodePoint(...used)

  function add(key: string): void {
    const point = points.get(key)
    if (point !== undefined) used.add(point)
  }
}
