// When the editor's features (features.ts) come: as soon as the page rests with the editor in it, or at once when somebody turns to the editor. Keys
// that they answer to are held until they are there, so that the first use is as any other.
import { whenIdle } from '../idle.ts'

let coming: Promise<boolean> | undefined
let there = false
let tellTried = (): void => {}
let typeText = (_: string): void => {}

/** Settles once the features were loaded or could not be, at the latest after `ms` milliseconds: a page may show no editor. */
export function featuresTried(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (there) resolve()
    tellTried = resolve
    setTimeout(resolve, ms)
  })
}

/** Loads the features: whether they are there. Without a network they are not, and the next call tries again. */
function loadFeatures(): Promise<boolean> {
  coming ??= import('./features.ts').then(
    (features) => {
      features.addFeatures()
      typeText = features.typeText
      there = true
      tellTried()
      return true
    },
    () => {
      coming = undefined
      tellTried()
      return false
    },
  )
  return coming
}

/** Does something that needs the features, at once where they are there. */
export async function withFeatures(act: () => void): Promise<void> {
  if (there || (await loadFeatures())) act()
}

const TURNS_TO = ['pointerenter', 'pointerdown', 'focusin', 'keydown'] as const

interface Held {
  /** A key or a click that waits, or what was typed after one. */
  readonly what: Event | string
  readonly target: EventTarget | null
}

/** Lets the features come for the editor in `host`, which holds its keys until then and says so. Undone by the function that comes back. */
export function comeLater(host: HTMLElement): () => void {
  if (there) return () => {}
  const held: Held[] = []
  const catcher = makeCatcher((text) => held.push({ what: text, target: null }))
  host.append(catcher)
  host.ariaBusy = 'true'
  const hold = (event: Event): void => {
    const afterOne = event.target === catcher && event instanceof KeyboardEvent && !isText(event)
    if (!afterOne && !needsFeatures(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    held.push({ what: copyOf(event), target: event.target })
    if (event instanceof KeyboardEvent) catcher.focus()
  }
  const stop = () => {
    host.ariaBusy = null
    for (const name of HELD) host.removeEventListener(name, hold, true)
    for (const name of TURNS_TO) host.removeEventListener(name, load, true)
  }
  const load = async () => {
    const came = await loadFeatures()
    stop()
    const list = held.splice(0)
    const [first] = list
    if (document.activeElement === catcher && first?.target instanceof HTMLElement) first.target.focus()
    catcher.remove()
    if (came) await replay(list, first?.target ?? null)
  }
  for (const name of TURNS_TO) host.addEventListener(name, load, true)
  for (const name of HELD) host.addEventListener(name, hold, true)
  whenIdle(() => void load())
  return () => {
    stop()
    catcher.remove()
  }
}

const HELD = ['keydown', 'contextmenu'] as const

/** An input out of sight for what is typed on after a key that waits ("find", then the word), so that it does not fall into the code. */
function makeCatcher(take: (text: string) => void): HTMLInputElement {
  const input = document.createElement('input')
  input.className = 'visuallyHidden'
  input.tabIndex = -1
  input.ariaHidden = 'true'
  input.addEventListener('input', (event) => {
    if ((event as InputEvent).isComposing) return
    take(input.value)
    input.value = ''
  })
  return input
}

const isText = ({ key, ctrlKey, metaKey, isComposing }: KeyboardEvent): boolean =>
  isComposing || (key.length === 1 && !ctrlKey && !metaKey) || /^(Shift|Control|Meta|Alt|AltGraph|Process|Dead)$/.test(key)

/** Longest wait for what a key opens, in milliseconds. What comes next may be meant for it. */
const OPENS_IN = 600

/** What waited, in its order: the first where it was meant for, then where one is by then. */
async function replay(list: readonly Held[], first: EventTarget | null): Promise<void> {
  for (const { what, target } of list) {
    const now = document.activeElement
    if (typeof what === 'string') {
      if (now instanceof HTMLInputElement || now instanceof HTMLTextAreaElement) document.execCommand('insertText', false, what)
      else typeText(what)
    } else {
      const place = target === first || what instanceof MouseEvent ? target : now
      place?.dispatchEvent(what)
      const until = performance.now() + OPENS_IN
      do await new Promise((resolve) => setTimeout(resolve, 20))
      while (document.activeElement === now && performance.now() < until)
    }
  }
}

/** Keys with Control or Command that are the browser's or the bare editor's: clipboard, undo, all, first and last, and the browser's own windows and sizes. */
const NOT_HELD = /^([acvxzyrtwnq]|tab|home|end|pageup|pagedown|[0-9=+-])$/
/** Keys of features that are pressed alone, or with Shift. */
const ALONE = /^F(1|3|8)$/

function needsFeatures(event: Event): boolean {
  if (event.type === 'contextmenu') return true
  if (!(event instanceof KeyboardEvent) || event.isComposing) return false
  const { key, ctrlKey, metaKey, altKey } = event
  if (ALONE.test(key)) return !ctrlKey && !metaKey && !altKey
  // Alt writes characters on some keyboards, alone and with Control.
  if (altKey) return key.startsWith('Arrow') && !ctrlKey && !metaKey
  return (ctrlKey || metaKey) && !/^(Control|Meta|Shift)$/.test(key) && !NOT_HELD.test(key.toLowerCase())
}

/** The same event once more: one that was answered already cannot be sent again. Monaco reads the key's number. */
function copyOf(event: Event): Event {
  if (event instanceof KeyboardEvent) {
    const { key, code, keyCode, location, ctrlKey, metaKey, altKey, shiftKey } = event
    const init = {
      key,
      code,
      keyCode,
      which: keyCode,
      location,
      ctrlKey,
      metaKey,
      altKey,
      shiftKey,
      bubbles: true,
      cancelable: true,
      composed: true,
    }
    return new KeyboardEvent(event.type, init)
  }
  const { clientX, clientY, screenX, screenY, button } = event as MouseEvent
  return new MouseEvent(event.type, { clientX, clientY, screenX, screenY, button, bubbles: true, cancelable: true, composed: true })
}
