// A workshop as a learner sees it: the list with what is done, and handing in. Notes are shown while a second window shows the audience the rest.
import { useState } from 'react'
import type { Project } from '../../engine/index.ts'
import type { HandIn } from '../../lessons/index.ts'
import { workshopMark } from '../../worker/index.ts'
import { download } from '../files.ts'
import { addressOf, toClipboard } from '../share/link.ts'
import type { Page as PageActs } from '../state/boot.ts'
import { usePage } from '../state/hooks.ts'
import { useLearn } from '../state/learn.ts'
import { readSetting, writeSetting } from '../state/prefs.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import { Chip } from '../ui/Chip.tsx'
import { Markdown } from './Markdown.tsx'
import { Notes } from './Notes.tsx'
import { Page } from './Page.tsx'
import { rowState } from './select.ts'
import { useTexts } from './texts.ts'
import styles from './Workshop.module.css'

const NAME = 'learner'

/** As a link does, so that the learner's own work stays and Back leads to the workshop. */
async function openSnippet(page: PageActs, project: Project): Promise<void> {
  const { link } = await page.engine.call('encodeLink', { project })
  location.hash = link
}

export function WorkshopTake() {
  const t = useTexts()
  const page = usePage()
  const language = useUi((s) => s.language)
  const workshop = useLearn((s) => s.workshop)
  const course = useLearn((s) => s.course)
  const progress = useLearn((s) => s.progress)
  const [name, setName] = useState(() => readSetting(NAME) ?? '')
  if (!workshop) return null
  const handIn = (): HandIn => ({
    version: 1,
    workshop: workshopMark(workshop),
    name,
    items: workshop.items.flatMap((item) => {
      const record = item.kind === 'lesson' ? progress[item.id] : undefined
      if (item.kind !== 'lesson' || !record) return []
      const passed = record.passedAt > 0
      return [{ lesson: item.id, files: passed ? record.passed : record.files, at: record.passedAt || record.openedAt, claims: passed }]
    }),
  })
  const copy = async () => {
    const { text } = await page.engine.call('pack', { kind: 'handin', value: handIn() })
    const link = addressOf(text)
    if (await toClipboard(link)) useUi.getState().tell(t.workshop.copied(link.length))
  }
  const time = (ms: number) => new Date(ms).toLocaleString(language)
  return (
    <Page title={workshop.title || t.workshop.take}>
      {(workshop.from > 0 || workshop.until > 0) && (
        <p className={styles.intro}>
          {t.workshop.time(workshop.from > 0 ? time(workshop.from) : '', workshop.until > 0 ? time(workshop.until) : '')}
        </p>
      )}
      <ol className={styles.items}>
        {workshop.items.map((item, i) =>
          item.kind === 'text' && item.title + item.body === '' ? null : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list of a workshop never changes
            <li key={i} className={styles.item}>
              <div className={styles.body}>
                {item.kind !== 'lesson' ? (
                  <>
                    <div className={styles.row}>
                      <h3>{item.title}</h3>
                      {item.kind === 'snippet' && (
                        <Button onClick={() => void openSnippet(page, item.project)}>{t.workshop.openSnippet}</Button>
                      )}
                    </div>
                    <Markdown text={item.body} />
                    <Notes text={item.notes} />
                  </>
                ) : (
                  <div className={styles.row}>
                    <strong>{course.find((row) => row.id === item.id)?.title[language] ?? t.workshop.unknown(item.id)}</strong>
                    {rowState(progress, item.id) === 'done' && <Chip tone="good">{t.map.done}</Chip>}
                    {rowState(progress, item.id) === 'begun' && <Chip tone="info">{t.map.begun}</Chip>}
                    <Button onClick={() => void page.learning.open({ id: item.id })}>{t.workshop.open}</Button>
                  </div>
                )}
              </div>
            </li>
          ),
        )}
      </ol>
      <section className={styles.handIn} aria-label={t.workshop.handIn}>
        <h3>{t.workshop.handIn}</h3>
        <p className={styles.intro}>{t.workshop.handInIntro}</p>
        <label className={styles.field}>
          {t.workshop.name}
          <input
            value={name}
            maxLength={200}
            autoComplete="name"
            onChange={(e) => {
              setName(e.target.value)
              writeSetting(NAME, e.target.value)
            }}
          />
        </label>
        {name.trim() === '' && <p className={styles.intro}>{t.workshop.nameFirst}</p>}
        <div className={styles.acts}>
          <Button kind="strong" icon="share" disabled={name.trim() === ''} onClick={() => void copy()}>
            {t.workshop.copyLink}
          </Button>
          <Button
            icon="file"
            disabled={name.trim() === ''}
            onClick={() => download('handin.beeyard.json', 'application/json', `${JSON.stringify(handIn(), undefined, 1)}\n`)}
          >
            {t.workshop.saveFile}
          </Button>
          <Button kind="quiet" onClick={() => page.learning.leaveWorkshop()}>
            {t.workshop.leave}
          </Button>
        </div>
      </section>
    </Page>
  )
}
