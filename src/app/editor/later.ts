// When the editor's features (features.ts) come: as soon as the page rests with the editor in it, or at once when somebody turns to the editor. Keys
// that they answer to are held until they are there, so that the first use is as any other.
import { whenIdle } from '../idle.ts'

let coming: Promise<boolean> | undefined
let there = false
let tellTried = (): void => {}

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
    ({ addFeatures }) => {
      addFeatures()
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

/** Lets the features come for the editor in `host`, which holds its keys until then. Undone by the function that comes back. */
export function comeLater(host: HTMLElement): () => void {
  if (there) return () => {}
  const held: { readonly event: Event; readonly target: EventTarget | null }[] = []
  const hold = (event: Event): void => {
    if (!needsFeatures(event)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    held.push({ event: copyOf(event), target: event.target })
  }
  const stop = () => {
    for (const name of ['keydown', 'contextmenu']) host.removeEventListener(name, hold, true)
    for (const name of TURNS_TO) host.removeEventListener(name, load, true)
  }
  const load = async () => {
    const came = await loadFeatures()
    stop()
    for (const { event, target } of held.splice(0)) if (came) target?.dispatchEvent(event)
  }
  for (const name of TURNS_TO) host.addEventListener(name, load, true)
  for (const name of ['keydown', 'contextmenu']) host.addEventListener(name, hold, true)
  whenIdle(() => void load())
  return stop
}

/** Keys with Control or Command that are the browser's or the bare editor's: clipboard, undo, all, and the browser's own windows and sizes. */
const NOT_HELD = /^([acvxzyrtwnq]|tab|[0-9=+-])$/
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
