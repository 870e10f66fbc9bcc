// A link to exactly what is on the page: made by the worker, put on the clipboard, with a judgement of its length.
// Lengths: Discord takes 2,000 characters a message, Slack about 4,000 in a link; a file is better above 8,000.
import { texts } from '../i18n/index.ts'
import type { Page } from '../state/boot.ts'
import { projectToShare } from '../state/engine.ts'
import { useUi } from '../state/ui.ts'
import { givenFile } from './given.ts'

export type LinkSize = 'good' | 'long' | 'huge'

const GOOD = 1900
const LONG = 8000

export const linkSize = (length: number): LinkSize => (length <= GOOD ? 'good' : length <= LONG ? 'long' : 'huge')

/** The whole address, with everything after `#`. */
export function addressOf(fragment: string): string {
  // A page that is a file on a disk leads to the page that it was made on, which others can open.
  const home = givenFile()?.home
  if (home) return `${home}#${fragment.replace(/^#/, '')}`
  const { origin, pathname, search } = location
  const base = origin === 'null' ? location.href.replace(/#.*$/, '') : origin + pathname + search
  return `${base}#${fragment.replace(/^#/, '')}`
}

export async function makeLink(page: Page): Promise<string> {
  const { link } = await page.engine.call('encodeLink', { project: projectToShare([useUi.getState().tab]) })
  return addressOf(link)
}

/** Copies the link and says how long it is; where the browser forbids copying, shows the link to be copied by hand. */
export async function copyLink(page: Page): Promise<void> {
  const t = texts().share
  const { tell, set } = useUi.getState()
  try {
    const address = await makeLink(page)
    if (await toClipboard(address)) tell(`${t.copied(address.length)}: ${t[linkSize(address.length)]}`)
    else set({ dialog: 'share' })
  } catch {
    tell(t.failed)
  }
}

export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
