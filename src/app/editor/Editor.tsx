// The editor as a component: made once, kept in step with the stores by the modules beside it, disposed of with its model.
import { useEffect, useRef, useState } from 'react'
import './marks.css'
import { useT } from '../i18n/index.ts'
import { readEmbed } from '../shell/embed.ts'
import { useDocument } from '../state/document.ts'
import { usePage } from '../state/hooks.ts'
import { useDark } from '../state/useDark.ts'
import { createEditor, wireEditor } from './create.ts'
import styles from './Editor.module.css'
import { registerC } from './grammar.ts'
import { comeLater } from './later.ts'
import { drawMarks } from './marks.ts'
import { type Editor as MonacoEditor, monaco } from './monaco.ts'
import { syncDocument } from './sync.ts'
import { defineThemes, themeName } from './theme.ts'

export function Editor() {
  const t = useT()
  const page = usePage()
  const dark = useDark()
  const file = useDocument((s) => s.shown)
  const host = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<MonacoEditor | undefined>(undefined)
  const label = t.editor.label(file)

  useEffect(() => {
    if (!host.current) return
    registerC()
    defineThemes()
    const made = createEditor(host.current, '', readEmbed(location.search)?.readOnly === true)
    const stops = [syncDocument(made), drawMarks(made), wireEditor(made, page), comeLater(host.current)]
    setEditor(made)
    return () => {
      for (const stop of stops) stop()
      made.dispose()
      setEditor(undefined)
    }
  }, [page])
  useEffect(() => monaco.editor.setTheme(themeName(dark)), [dark])
  useEffect(() => editor?.updateOptions({ ariaLabel: label }), [editor, label])

  return <div ref={host} className={styles.editor} />
}
