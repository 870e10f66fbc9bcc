// Modules of Monaco that come without types. They are imported for what they register only.
declare module 'monaco-editor/editor/contrib/*'
declare module 'monaco-editor/nls/lang/*'
