// Types of those parts of Monaco's inside that join.ts and services.ts name; Monaco 0.57 has none for them.
interface ServiceId<T> {
  readonly type: T
}
type Constructor<T = unknown> = new (...args: never[]) => T

interface InsideInstantiation {
  readonly _services: { get(id: ServiceId<unknown>): unknown; set(id: ServiceId<unknown>, descriptor: unknown): void }
  createInstance<T>(make: Constructor<T>, ...args: unknown[]): T
  invokeFunction<T>(act: (accessor: unknown) => T): T
}

interface InsideContribution {
  readonly id: string
  readonly instantiation: number
}

interface InsideAction {
  readonly id: string
  readonly label: string
  readonly alias: string
  readonly metadata: unknown
  readonly precondition: unknown
  runEditorCommand(accessor: unknown, editor: unknown, args: unknown): unknown
}

interface InsideEditor {
  readonly _actions: Map<string, unknown>
  readonly _contextKeyService: unknown
  readonly _instantiationService: InsideInstantiation
  readonly _contributions: {
    readonly _pending: Map<string, InsideContribution>
    readonly _instances: { get(id: string): unknown }
    readonly _finishedInstantiation: boolean[]
    _instantiateById(id: string): void
    _instantiateSome(kind: number): void
  }
  onDidDispose(listener: () => void): void
}

declare module 'monaco-editor/base/browser/ui/hover/hoverDelegate2' {
  export function setBaseLayerHoverDelegate(service: unknown): void
}
declare module 'monaco-editor/editor/browser/editorExtensions' {
  export const EditorExtensionsRegistry: {
    getEditorContributions(): readonly InsideContribution[]
    getEditorActions(): Iterable<InsideAction>
  }
}
declare module 'monaco-editor/editor/browser/widget/markdownRenderer/browser/editorMarkdownCodeBlockRenderer' {
  export const EditorMarkdownCodeBlockRenderer: Constructor
}
declare module 'monaco-editor/editor/common/editorAction' {
  export class InternalEditorAction {
    constructor(
      id: string,
      label: string,
      alias: string,
      metadata: unknown,
      precondition: unknown,
      run: (args: unknown) => Promise<unknown>,
      contextKeys: unknown,
    )
  }
}
declare module 'monaco-editor/editor/common/editorFeatures' {
  export function getEditorFeatures(): readonly Constructor[]
}
declare module 'monaco-editor/editor/standalone/browser/standaloneServices' {
  export const StandaloneServices: { get<T>(id: ServiceId<T>): T }
}
declare module 'monaco-editor/editor/standalone/browser/quickInput/standaloneQuickInputService' {
  export const StandaloneQuickInputService: Constructor
}
declare module 'monaco-editor/platform/contextview/browser/contextMenuService' {
  export class ContextMenuService {
    constructor(...services: unknown[])
    configure(options: { readonly blockMouse: boolean }): void
  }
}
declare module 'monaco-editor/platform/contextview/browser/contextView' {
  export const IContextMenuService: ServiceId<unknown>
  export const IContextViewService: ServiceId<unknown>
}
declare module 'monaco-editor/platform/contextview/browser/contextViewService' {
  export const ContextViewService: Constructor
}
declare module 'monaco-editor/platform/hover/browser/hover' {
  export const IHoverService: ServiceId<unknown>
}
declare module 'monaco-editor/platform/instantiation/common/extensions' {
  export function registerSingleton(id: ServiceId<unknown>, make: Constructor | (new (...args: unknown[]) => unknown), kind: number): void
  export function getSingletonServiceDescriptors(): readonly (readonly [ServiceId<unknown>, unknown])[]
}
declare module 'monaco-editor/platform/instantiation/common/instantiation' {
  export const IInstantiationService: ServiceId<InsideInstantiation>
}
declare module 'monaco-editor/platform/list/browser/listService' {
  export const IListService: ServiceId<unknown>
  export const ListService: Constructor
}
declare module 'monaco-editor/platform/markdown/browser/markdownRenderer' {
  export const IMarkdownRendererService: ServiceId<{ setDefaultCodeBlockRenderer(renderer: unknown): void }>
}
declare module 'monaco-editor/platform/quickinput/common/quickInput' {
  export const IQuickInputService: ServiceId<unknown>
}
