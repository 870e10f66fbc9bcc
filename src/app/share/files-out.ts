// Work as files that live without this page: a folder for a Linux machine, and one HTML file that is the whole of Beeyard. Nothing is sent anywhere.
import { strToU8, zipSync } from 'fflate'
import { exportProject } from '../../worker/index.ts'
import { download } from '../files.ts'
import type { Page } from '../state/boot.ts'
import { toProject, useDocument } from '../state/document.ts'
import { mainName, projectToShare } from '../state/engine.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { givenFile } from './given.ts'
import { withProject } from './one-file.ts'

const stem = (): string => mainName().replace(/\.\w+$/, '')

/** Name of the file, or undefined where nothing compiles. */
export async function saveFolder(page: Page): Promise<string | undefined> {
  const { report } = useSession.getState()
  if (!report || report.programs.length === 0) return undefined
  const { bytes, single } = await page.engine.call('incomingPcap', { revision: report.revision })
  const task = { project: toProject(useDocument.getState()), report, ...(single && { arrivals: bytes }) }
  const files = Object.entries(exportProject(task, useUi.getState().language))
  const entries = files.map(([path, content]) => [`${stem()}/${path}`, typeof content === 'string' ? strToU8(content) : content] as const)
  // Make compares times: with the same one for all, everything is built once.
  const name = `${stem()}.zip`
  download(name, 'application/zip', zipSync(Object.fromEntries(entries), { mtime: '1980-01-01T12:00:00' }))
  return name
}

/** Undefined where the template is not to be had. */
export async function savePage(page: Page): Promise<string | undefined> {
  const whole = await template()
  if (whole === undefined) return undefined
  const { link } = await page.engine.call('encodeLink', { project: projectToShare([useUi.getState().tab]) })
  const home = givenFile()?.home || (location.protocol === 'file:' ? '' : location.origin + location.pathname)
  const name = `${stem()}.html`
  download(name, 'text/html', withProject(whole, link.replace(/^#/, ''), home, stem()))
  return name
}

async function template(): Promise<string | undefined> {
  const given = givenFile()
  if (given) return given.whole
  try {
    const answer = await fetch('./one-file.html')
    return answer.ok ? await answer.text() : undefined
  } catch {
    return undefined
  }
}
