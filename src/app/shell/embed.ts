// The page inside another page: `?embed` with what to show, read off the address. "?embed=code,run&readonly" shows code and run, not to be edited.
// Pure. An unknown name is left out; with none known all of the usual ones are shown.
import { readFollow } from '../state/follow-address.ts'
import { PANELS, type PanelName } from '../state/ui.ts'

export interface Embed {
  readonly panels: readonly PanelName[]
  readonly readOnly: boolean
  /** A second window, which shows what the first shows. */
  readonly follows: boolean
}

const USUAL: readonly PanelName[] = ['code', 'run']

/** Undefined where the page stands for itself. */
export function readEmbed(search: string): Embed | undefined {
  const params = new URLSearchParams(search)
  const wanted = params.get('embed')
  if (wanted === null) return undefined
  const known = PANELS.filter((p) => wanted.split(',').includes(p))
  return { panels: known.length > 0 ? known : USUAL, readOnly: params.has('readonly'), follows: readFollow(search) !== undefined }
}

/** Code for a page that shows this one in a frame. */
export function embedCode(address: string, { panels, readOnly }: Omit<Embed, 'follows'>, title: string): string {
  const url = new URL(address)
  url.search = `?embed=${panels.join(',')}${readOnly ? '&readonly' : ''}`
  const quoted = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
  return `<iframe src="${quoted(url.href)}" title="${quoted(title)}" width="100%" height="480" style="border:1px solid #ccc" allow="clipboard-write" loading="lazy"></iframe>`
}

/** This address without the frame's wishes: the whole page on the same work. */
export function wholeAddress(address: string): string {
  const url = new URL(address)
  url.search = ''
  return url.href
}
