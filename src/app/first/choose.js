// Shows the first visit's page at once, in the visitor's language, width and theme, and starts the page itself behind it; nothing is shown where a
// link, a lesson or own work is about to be opened. Stands in index.html as it is.
;(() => {
  const setting = (name) => {
    try {
      return localStorage.getItem(`beeyard.${name}`)
    } catch {
      return null
    }
  }
  const theme = setting('theme')
  const root = document.documentElement
  root.dataset.theme = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches) ? 'dark' : 'light'
  let started = false
  const start = () => {
    if (!started) import('ENTRY')
    started = true
  }
  // The editor is asked for when the page has been drawn, which takes the processor for a while; until then the line is free.
  const fetchEditor = () => {
    for (const href of EDITOR) {
      document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', fetchPriority: 'low', href }))
    }
  }
  const isElsewhere = location.hash.length > 1 || location.search !== ''
  const isKnown = ['own', 'starting', 'tab', 'large', 'layout-wide', 'layout-medium', 'layout-medium-left'].some(
    (name) => setting(name) !== null,
  )
  // A page in the background paints nothing.
  if (isElsewhere || isKnown || document.hidden) {
    start()
    return fetchEditor()
  }
  const language = setting('language') ?? (navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en')
  const width = matchMedia('(max-width: 767px)').matches ? 'narrow' : matchMedia('(min-width: 1200px)').matches ? 'wide' : 'medium'
  const trusted = globalThis.trustedTypes?.createPolicy('beeyard-first', { createHTML: (text) => text })
  setTimeout(start, 1000)
  fetch(PAGES[`${width}-${language}`])
    .then((response) => (response.ok ? response.text() : Promise.reject()))
    .then((text) => {
      fetchEditor()
      const host = document.getElementById('first')
      if (!host) return
      root.lang = language
      host.innerHTML = trusted ? trusted.createHTML(text) : text
      requestAnimationFrame(() => setTimeout(start))
    })
    .catch(start)
})()
