// Services of Monaco that only its features ask for: lists, the command list, menus and what floats. The build takes them out of what is loaded first
// (scripts/monaco-parts.ts); here they are put back. Where they are there already, the first ones stay.

import { StandaloneQuickInputService } from 'monaco-editor/editor/standalone/browser/quickInput/standaloneQuickInputService'
import { ContextMenuService } from 'monaco-editor/platform/contextview/browser/contextMenuService'
import { IContextMenuService, IContextViewService } from 'monaco-editor/platform/contextview/browser/contextView'
import { ContextViewService } from 'monaco-editor/platform/contextview/browser/contextViewService'
import { registerSingleton } from 'monaco-editor/platform/instantiation/common/extensions'
import { IListService, ListService } from 'monaco-editor/platform/list/browser/listService'
import { IQuickInputService } from 'monaco-editor/platform/quickinput/common/quickInput'

/** As Monaco's own: the page behind an open menu takes clicks. */
class EditorContextMenuService extends ContextMenuService {
  constructor(...services: unknown[]) {
    super(...services)
    this.configure({ blockMouse: false })
  }
}

/** Made when first asked for, and then at once. */
const EAGER = 0

export function registerServices(): void {
  registerSingleton(IListService, ListService, EAGER)
  registerSingleton(IQuickInputService, StandaloneQuickInputService, EAGER)
  registerSingleton(IContextViewService, ContextViewService, EAGER)
  registerSingleton(IContextMenuService, EditorContextMenuService, EAGER)
}
