// What the lessons' screens save and read: a folder that runs on a real machine (zip), progress, and a summary. Files come from memory; what is
// read is read field by field.
import { strToU8, zipSync } from 'fflate'
import type { CourseRow, Lesson } from '../../lessons/index.ts'
import { exportFolder } from '../../worker/index.ts'
import { download, pick } from '../files.ts'
import type { Page } from '../state/boot.ts'
import { useDocument } from '../state/document.ts'
import { useLearn } from '../state/learn.ts'
import { mergeProgress, type Progress, readProgress } from '../state/progress.ts'
import { useUi } from '../state/ui.ts'
import type { LearnTexts } from './texts.ts'

export function saveFolder(_page: Page, lesson: Lesson): void {
  const files = exportFolder(lesson, useDocument.getState().files, useUi.getState().language)
  const entries = Object.entries(files).map(
    ([path, content]) => [`${lesson.id}/${path}`, typeof content === 'string' ? strToU8(content) : content] as const,
  )
  download(`${lesson.id}.zip`, 'application/zip', zipSync(Object.fromEntries(entries)))
}

export function saveProgress(): void {
  const { progress } = useLearn.getState()
  download('beeyard-progress.json', 'application/json', `${JSON.stringify({ beeyard: 'progress', progress }, undefined, 1)}\n`)
}

export function loadProgressFile(page: Page, t: LearnTexts): void {
  pick('.json', async (file) => {
    const { tell } = useUi.getState()
    const value = parse(await file.text()) as { readonly beeyard?: unknown; readonly progress?: unknown } | undefined
    if (value?.beeyard !== 'progress') {
      tell(t.map.notLoaded)
      return
    }
    const brought = readProgress(value.progress)
    useLearn.getState().set({ progress: await mergeProgress(page.box, brought) })
    tell(t.map.loaded(Object.keys(brought).length))
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A page to print or keep: what was done, when, and how well. */
export function saveSummary(course: readonly CourseRow[], progress: Progress, name: string, language: 'en' | 'ko'): void {
  const rows = course.filter((row) => (progress[row.id]?.passedAt ?? 0) > 0)
  const words = SUMMARY[language]
  const cells = rows.map((row) => {
    const { passedAt, best } = progress[row.id]
    const day = new Date(passedAt).toLocaleDateString(language)
    return `<tr><td>${escaped(row.title[language])}</td><td>${day}</td><td>${best.instructions}</td><td>${best.steps}</td></tr>`
  })
  const body = `<h1>${words.title}</h1><p>${escaped(name)}</p><p>${words.count(rows.length, course.length)}</p>
<table><thead><tr>${words.columns.map((c) => `<th>${c}</th>`).join('')}</tr></thead><tbody>${cells.join('\n')}</tbody></table><p><small>${words.honest}</small></p>`
  const style =
    'body{font:16px/1.5 sans-serif;max-width:44em;margin:3em auto;padding:0 1em}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:6px 10px;border-bottom:1px solid #ccc}'
  download(
    'beeyard-summary.html',
    'text/html',
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${words.title}</title><style>${style}</style><body>${body}</body></html>\n`,
  )
}

const SUMMARY = {
  en: {
    title: 'Beeyard: lessons done',
    count: (done: number, all: number) => `${done} of ${all} lessons and challenges, each judged by building and running the work.`,
    columns: ['Lesson', 'Passed on', 'Instructions', 'Verifier steps'],
    honest: 'Made by the learner’s own machine; a hand-in that a teacher runs again is the proof.',
  },
  ko: {
    title: 'Beeyard: 마친 레슨',
    count: (done: number, all: number) =>
      `레슨과 도전 과제 ${all}개 중 ${done}개를 마쳤습니다. 모두 직접 빌드하고 실행해 판정한 결과입니다.`,
    columns: ['레슨', '통과한 날', '명령어', '검증 단계'],
    honest: '학습자의 컴퓨터에서 만든 기록입니다. 교사가 다시 실행하는 제출물이 증거입니다.',
  },
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
