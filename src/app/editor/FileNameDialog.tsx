// Asks for the name of a file, and says at once what is wrong with it.
import { type FormEvent, useState } from 'react'
import type { ProjectFile } from '../../engine/index.ts'
import { useT } from '../i18n/index.ts'
import dialogs from '../shell/Dialogs.module.css'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { nameFault } from './file-set.ts'

interface Props {
  readonly title: string
  readonly files: readonly ProjectFile[]
  /** The file that is renamed; empty for a new one. */
  readonly of: string
  readonly first: string
  readonly onDone: (name: string) => void
  readonly onClose: () => void
}

export function FileNameDialog({ title, files, of, first, onDone, onClose }: Props) {
  const t = useT().fileTabs
  const [name, setName] = useState(first)
  const fault = nameFault(files, name, of)
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (!fault) onDone(name)
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <label className={dialogs.label} htmlFor="file-name">
          {t.name}
        </label>
        <div className={dialogs.row}>
          <input
            id="file-name"
            className={dialogs.link}
            value={name}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={fault !== undefined}
            aria-describedby="file-name-fault"
            onChange={(event) => setName(event.target.value.trim())}
            onFocus={(event) => event.target.select()}
          />
          <Button kind="strong" disabled={fault !== undefined} onClick={submit}>
            {t.ok}
          </Button>
        </div>
        <p id="file-name-fault" className={dialogs.size} role="status">
          {fault && t.faults[fault]}
        </p>
      </form>
    </Dialog>
  )
}
