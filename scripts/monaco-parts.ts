// What of Monaco the build takes out of what is loaded first, or altogether. Paths are below monaco-editor/esm/vs.

/** Modules that only options that are off and absent providers need, with what the rest imports of them by name. */
export const UNREACHED: Readonly<Record<string, string>> = {
  'editor/browser/widget/diffEditor/diffEditorWidget.js': 'export class DiffEditorWidget {}',
  'editor/browser/widget/multiDiffEditor/multiDiffEditorWidget.js': 'export class MultiDiffEditorWidget {}',
  'editor/browser/gpu/viewGpuContext.js': 'export class ViewGpuContext {}',
  'editor/browser/viewParts/viewLinesGpu/viewLinesGpu.js': 'export class ViewLinesGpu {}',
  'editor/browser/viewParts/rulersGpu/rulersGpu.js': 'export class RulersGpu {}',
  'editor/browser/viewParts/gpuMark/gpuMark.js': 'export class GpuMarkOverlay {}',
  'editor/common/model/tokens/treeSitter/treeSitterSyntaxTokenBackend.js': 'export class TreeSitterSyntaxTokenBackend {}',
  // The map of the whole text is off; the view wants a part that draws nothing.
  'editor/browser/viewParts/minimap/minimap.js': `
    import { createFastDomNode } from '../../../../base/browser/fastDomNode.js'
    import { ViewPart } from '../../view/viewPart.js'
    export class Minimap extends ViewPart {
      node = createFastDomNode(document.createElement('div'))
      getDomNode() { return this.node }
      prepareRender() {}
      render() {}
    }`,
  // Hovers and the clipboard ask whether these are there: colours, inlay hints, definitions, suggested continuations, pasting by kind.
  'editor/contrib/gotoSymbol/browser/link/goToDefinitionAtPosition.js':
    'export class GotoDefinitionAtPositionEditorContribution { static get() { return null } }',
  'editor/contrib/inlayHints/browser/inlayHintsHover.js': 'export class InlayHintsHover {}',
  'editor/contrib/inlineCompletions/browser/hintsWidget/inlineCompletionsHintsWidget.js':
    'export class InlineSuggestionHintsContentWidget { static dropDownVisible = false }',
  'editor/contrib/colorPicker/browser/hoverColorPicker/hoverColorPickerParticipant.js':
    'export class ColorHover {}\nexport class HoverColorPickerParticipant {}',
  'editor/contrib/colorPicker/browser/hoverColorPicker/hoverColorPicker.js': 'export const isOnColorDecorator = () => false',
  'editor/contrib/dropOrPasteInto/browser/copyPasteController.js': 'export class CopyPasteController { static get() { return null } }',
}

/** What is replaced in a module, each with what stands there instead. A text that is not found fails the build. */
export const EDITS: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  // Services that only features ask for; src/app/editor/services.ts puts them back.
  'editor/standalone/browser/standaloneServices.js': [
    [/import '[^']*\/hoverService\.js';/, ''],
    [/import \{ renderAsPlaintext \} from .*/, ''],
    [/typeof detail === 'object' \? renderAsPlaintext\(detail\) : detail/, "typeof detail === 'object' ? detail.value : detail"],
    [/import \{ (ContextMenuService|ContextViewService|StandaloneQuickInputService) \} from .*/g, ''],
    [/import \{ ListService, IListService \} from .*/, ''],
    [/let StandaloneContextViewService = [\s\S]*?\], StandaloneContextViewService\);/, ''],
    [/let StandaloneContextMenuService = [\s\S]*?\], StandaloneContextMenuService\);/, ''],
    [/registerSingleton\(I(List|QuickInput|ContextView|ContextMenu)Service, .*/g, ''],
  ],
  // Rules for each of some 700 pictograms, of which the bare editor draws none; made when the features bring theirs, once for all of these.
  'editor/standalone/browser/standaloneThemeService.js': [
    [/this\._codiconCSS = iconsStyleSheet\.getCSS\(\);\n\s*this\._themeCSS/, "this._codiconCSS = '';\n        this._themeCSS"],
    [
      /iconsStyleSheet\.onDidChange\(\(\) => \{/,
      `iconsStyleSheet.onDidChange(() => {
            if (this._iconsWait) return;
            this._iconsWait = true;
            queueMicrotask(() => {
                this._iconsWait = false;`,
    ],
    [/(this\._codiconCSS = iconsStyleSheet\.getCSS\(\);\s*this\._updateCSS\(\);)/, '$1\n            });'],
  ],
  // What draws hovers and the text in them; src/app/editor/join.ts hands both over.
  'editor/standalone/browser/standaloneCodeEditor.js': [
    [/import \{ IMarkdownRendererService \} from .*/, ''],
    [/import \{ EditorMarkdownCodeBlockRenderer \} from .*/, ''],
    [/setBaseLayerHoverDelegate\(hoverService\);/, ''],
    [/markdownRendererService\.setDefaultCodeBlockRenderer\(.*/, ''],
    // The places of both in the constructors hold another service, which nobody reads there.
    [/(__param\(\d+, )(IHoverService|IMarkdownRendererService)\)/g, '$1IThemeService)'],
  ],
}
