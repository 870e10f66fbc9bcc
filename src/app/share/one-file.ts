// The page as one file with another project in it. In: the file's text as the build wrote it (or as it was saved before), a link's fragment. Pure.

/** The place for a project, empty or not. */
const PLACE = /<script type="text\/plain" id="beeyard-project"[^>]*>[^<]*<\/script>/
const TITLE = /<title>[^<]*<\/title>/

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')

/** Throws where the text is no such file. A fragment is of A-Z a-z 0-9 . _ - alone, so it needs no escaping; others are refused. */
export function withProject(whole: string, fragment: string, home: string, title: string): string {
  if (!PLACE.test(whole)) throw new Error('not a page in one file')
  if (!/^[\w.-]*$/.test(fragment)) throw new Error('not a link')
  return whole
    .replace(PLACE, () => `<script type="text/plain" id="beeyard-project" data-home="${escaped(home)}">${fragment}</script>`)
    .replace(TITLE, () => `<title>${escaped(title)} · Beeyard</title>`)
}
