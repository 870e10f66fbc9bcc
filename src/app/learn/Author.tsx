// Writing a lesson: its files beside the text as a learner sees it, and what the examiner finds. The draft is kept on this machine; it leaves as one
// file, and can be tried beside the workbench at any time.
import { useEffect, useState } from 'react'
import type { Examination, LessonFiles } from '../../lessons/index.ts'
import { isLessonPath, newLesson, readText, withFacts } from '../../worker/index.ts'
import { download, pick } from '../files.ts'
import { usePage } from '../state/hooks.ts'
import { useUi } from '../state/ui.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Author.module.css'
import { lessonFilesIn, lessonFileText, ownId } from './lesson-file.ts'
import { Inline, Markdown } from './Markdown.tsx'
import { Page } from './Page.tsx'
import { useTexts } from './texts.ts'

const DRAFT = 'lesson-draft'

export function Author() {
  const t = useTexts()
  const page = usePage()
  const [files, setFiles] = useState<LessonFiles | undefined>(undefined)
  const [shown, setShown] = useState('en.md')
  const [found, setFound] = useState<Examination | 'running' | undefined>(undefined)
  useEffect(() => {
    let live = true
    void page.box.get(DRAFT).then((text) => {
      if (live) setFiles((typeof text === 'string' ? lessonFilesIn(text) : undefined) ?? newLesson('my-lesson'))
    })
    return () => {
      live = false
    }
  }, [page])
  if (!files) return <Page title={t.author.title}>{null}</Page>

  const put = (next: LessonFiles, path = shown) => {
    setFiles(next)
    void page.box.set(DRAFT, lessonFileText(next))
    setFound(undefined)
    setShown(path in next ? path : (Object.keys(next)[0] ?? ''))
  }
  const check = async () => {
    setFound('running')
    const examined = await page.engine.call('examine', { files })
    setFound(examined)
  }
  const open = () =>
    pick('.json', async (file) => {
      const read = lessonFilesIn(await file.text())
      if (read) put(read, 'en.md')
      else useUi.getState().tell(t.author.notALesson(file.name))
    })
  return (
    <Page title={t.author.title}>
      <p className={styles.intro}>{t.author.intro}</p>
      <div className={styles.acts}>
        <Button kind="strong" icon="check" disabled={found === 'running'} onClick={() => void check()}>
          {found === 'running' ? t.author.checking : t.author.check}
        </Button>
        <Button icon="run" onClick={() => void page.learning.open({ id: ownId(files), files })}>
          {t.author.tryIt}
        </Button>
        <Button icon="file" onClick={() => download(`${ownId(files).slice(4)}.lesson.json`, 'application/json', lessonFileText(files))}>
          {t.author.save}
        </Button>
        <Button icon="file" onClick={open}>
          {t.author.open}
        </Button>
        <Button kind="quiet" onClick={() => put(newLesson('my-lesson'), 'en.md')}>
          {t.author.startNew}
        </Button>
      </div>
      {found !== undefined && found !== 'running' && <Found faults={found.faults} />}
      <div className={styles.columns}>
        <FileList files={files} shown={shown} onShow={setShown} onChange={put} />
        <label className={styles.source}>
          <span>{shown}</span>
          <textarea
            spellCheck={shown.endsWith('.md')}
            value={files[shown] ?? ''}
            onChange={(e) => put({ ...files, [shown]: e.target.value })}
          />
        </label>
        <Preview files={files} shown={shown} facts={typeof found === 'object' ? found.facts : {}} />
      </div>
    </Page>
  )
}

function Found({ faults }: { readonly faults: readonly string[] }) {
  const t = useTexts()
  return (
    <div role="status" className={faults.length > 0 ? styles.faults : styles.sound}>
      <p>{faults.length > 0 ? t.author.faults(faults.length) : t.author.sound}</p>
      <ul>
        {faults.slice(0, 50).map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  )
}

interface ListProps {
  readonly files: LessonFiles
  readonly shown: string
  readonly onShow: (path: string) => void
  readonly onChange: (files: LessonFiles, shown?: string) => void
}

function FileList({ files, shown, onShow, onChange }: ListProps) {
  const t = useTexts()
  const [name, setName] = useState('')
  const isNew = isLessonPath(name) && !Object.hasOwn(files, name)
  const add = () => {
    onChange({ ...files, [name]: '' }, name)
    setName('')
  }
  const remove = () => onChange(Object.fromEntries(Object.entries(files).filter(([path]) => path !== shown)))
  return (
    <nav className={styles.files} aria-label={t.author.files}>
      <ul>
        {Object.keys(files)
          .sort()
          .map((path) => (
            <li key={path}>
              <button type="button" aria-current={path === shown} onClick={() => onShow(path)}>
                {path}
              </button>
            </li>
          ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isNew) add()
        }}
      >
        <input aria-label={t.author.newFile} placeholder="wrong/name.c" value={name} onChange={(e) => setName(e.target.value)} />
        <Button icon="plus" onClick={add} disabled={!isNew}>
          {t.author.add}
        </Button>
      </form>
      <Button kind="quiet" disabled={Object.keys(files).length < 2} onClick={remove}>
        {t.author.remove(shown)}
      </Button>
    </nav>
  )
}

/** The text as learners read it: of the file that is being written, else of the page's language. */
function Preview({ files, shown, facts }: { readonly files: LessonFiles; readonly shown: string; readonly facts: Examination['facts'] }) {
  const t = useTexts()
  const language = useUi((s) => s.language)
  const text = readText(files[shown.endsWith('.md') ? shown : `${language}.md`] ?? '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.preview} aria-label={t.author.preview} tabIndex={0}>
      <h3>
        <Inline text={text.title} />
      </h3>
      <Markdown text={withFacts(text.intro, facts)} />
      {text.sections.map(({ id, heading, body }) => (
        <section key={`${id} ${heading}`}>
          <h4>
            <Inline text={heading} /> <code>{id}</code>
          </h4>
          <Markdown text={withFacts(body, facts)} />
        </section>
      ))}
    </section>
  )
}
