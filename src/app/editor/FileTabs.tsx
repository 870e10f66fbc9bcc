// The files of the project above the editor: choose one, add, rename, remove, and say which is compiled.
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useDocument } from '../state/document.ts'
import { useUi } from '../state/ui.ts'
import { IconButton } from '../ui/Button.tsx'
import { Popover, PopoverItem } from '../ui/Popover.tsx'
import { FileNameDialog } from './FileNameDialog.tsx'
import styles from './FileTabs.module.css'
import { addFile, type FileSet, freeName, isC, MAX_FILES, makeMain, removeFile, renameFile, setUnit } from './file-set.ts'

type Asking = { readonly kind: 'new' } | { readonly kind: 'rename'; readonly path: string }

export function FileTabs() {
  const t = useT().fileTabs
  const files = useDocument((s) => s.files)
  const build = useDocument((s) => s.build)
  const shown = useDocument((s) => s.shown)
  const show = useDocument((s) => s.show)
  const [asking, setAsking] = useState<Asking | undefined>(undefined)
  const set: FileSet = { files, build }
  const done = (name: string) => {
    if (asking?.kind === 'rename') put(renameFile(set, asking.path, name), name)
    else put(addFile(set, { path: name, text: '' }), name)
    setAsking(undefined)
  }
  return (
    <div className={styles.bar}>
      <nav className={styles.files} aria-label={t.label}>
        {files.map(({ path }) => (
          <button
            key={path}
            type="button"
            className={styles.file}
            aria-current={path === shown ? 'true' : undefined}
            onClick={() => show(path)}
          >
            {path}
            {files.length > 1 && path === build.main && <span className={styles.mark}>{t.main}</span>}
            {build.units?.includes(path) && <span className={styles.mark}>{t.unit}</span>}
          </button>
        ))}
      </nav>
      {files.length < MAX_FILES && <IconButton icon="plus" label={t.add} onClick={() => setAsking({ kind: 'new' })} />}
      <span className={styles.spacer} />
      <Popover label={t.menu(shown)} icon="more" iconOnly>
        {(close) => (
          <FileActs
            set={set}
            path={shown}
            onRename={() => {
              close()
              setAsking({ kind: 'rename', path: shown })
            }}
            onDone={close}
          />
        )}
      </Popover>
      {asking && (
        <FileNameDialog
          title={asking.kind === 'new' ? t.add : t.rename}
          files={files}
          of={asking.kind === 'rename' ? asking.path : ''}
          first={asking.kind === 'rename' ? asking.path : freeName(files, 'types.h')}
          onDone={done}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  )
}

interface ActsProps {
  readonly set: FileSet
  readonly path: string
  readonly onRename: () => void
  readonly onDone: () => void
}

function FileActs({ set, path, onRename, onDone }: ActsProps) {
  const t = useT().fileTabs
  const { build } = set
  const other = path !== build.main
  const unit = build.units?.includes(path) === true
  const then = (next: FileSet, shown: string) => {
    onDone()
    put(next, shown)
  }
  return (
    <>
      <PopoverItem onClick={onRename}>{t.rename}</PopoverItem>
      {other && isC(path) && <PopoverItem onClick={() => then(makeMain(set, path), path)}>{t.makeMain}</PopoverItem>}
      {other && isC(path) && (
        <PopoverItem icon={unit ? 'check' : undefined} onClick={() => then(setUnit(set, path, !unit), path)}>
          {t.linkAlong}
        </PopoverItem>
      )}
      {other && (
        <PopoverItem
          onClick={() => {
            then(removeFile(set, path), build.main)
            useUi.getState().tell(t.removed(path), { label: t.undo, run: () => put(set, path) })
          }}
        >
          {t.remove}
        </PopoverItem>
      )}
      {!other && set.files.length === 1 && <p className={styles.hint}>{t.hint}</p>}
    </>
  )
}

function put(next: FileSet, shown: string): void {
  useDocument.getState().setFiles(next.files, next.build, shown)
}
