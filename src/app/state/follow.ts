// A second window for an audience: it shows the work of the first in large type and goes along. The first sends what changed; the second builds by
// itself, so nothing large crosses, and says when it has opened. Both speak over a channel whose name stands in the second window's address.
// In the second window: plain data from a page of the same origin, read field by field like a saved project. It saves nothing and sends nothing.
import { readProject } from '../../worker/index.ts'
import type { Page } from './boot.ts'
import { toProject, useDocument } from './document.ts'
import { viewOf } from './engine.ts'
import { revealLine } from './reveal.ts'
import { useSession } from './session.ts'
import { TABS, useUi } from './ui.ts'

const CHANNEL = 'beeyard-follow-'
const PAUSE_MS = 60

type Message =
  | { readonly kind: 'hello' }
  /** The work as it is, and where one looks. */
  | { readonly kind: 'work'; readonly project: unknown; readonly tab: string }
  | {
      readonly kind: 'place'
      readonly packet: number
      readonly step: number
      readonly tick: number
      readonly line: number
      readonly tab: string
    }

let name: string | undefined

/** Opens the audience's window, or another one of the same. */
export function openSecondWindow(): void {
  name ??= startLeading()
  const url = new URL(location.href)
  url.hash = ''
  url.search = `?embed=code,run&readonly&follow=${name}`
  open(url, `beeyard-${name}`, 'popup,width=1280,height=800')
  useUi.setState({ leads: true })
}

function startLeading(): string {
  const fresh = crypto.randomUUID().replaceAll('-', '').slice(0, 12)
  const channel = new BroadcastChannel(CHANNEL + fresh)
  const post = (message: Message) => channel.postMessage(message)
  const work = () => post({ kind: 'work', project: toProject(useDocument.getState(), viewOf()), tab: useUi.getState().tab })
  const place = () => {
    const { packet, step } = viewOf()
    // Programs that run without packets are followed by the step of the whole run.
    const { machine } = useSession.getState()
    const tick = machine && machine.packet < 0 ? machine.tick : -1
    post({ kind: 'place', packet, step, tick, line: useSession.getState().cursorLine, tab: useUi.getState().tab })
  }
  const later = (act: () => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    return () => {
      clearTimeout(timer)
      timer = setTimeout(act, PAUSE_MS)
    }
  }
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'hello') work()
  }
  useDocument.subscribe((s) => [s.files, s.scenario, s.build] as const, later(work), {
    equalityFn: (a, b) => a.every((x, i) => x === b[i]),
  })
  const soon = later(place)
  useSession.subscribe((s) => `${s.machine?.packet}/${s.machine?.step}/${s.cursorLine}`, soon)
  useUi.subscribe(soon)
  return fresh
}

/** Makes this window the audience's. */
export function follow(page: Page, channelName: string): void {
  const channel = new BroadcastChannel(CHANNEL + channelName)
  useUi.setState({ large: true })
  channel.onmessage = ({ data }: MessageEvent<Message>) => void take(data)
  channel.postMessage({ kind: 'hello' } satisfies Message)

  async function take(message: Message): Promise<void> {
    if (message.kind === 'hello') return
    const tab = TABS.find((t) => t === message.tab)
    if (tab && tab !== useUi.getState().tab) useUi.setState({ tab })
    if (message.kind === 'place') {
      const tick = Number(message.tick)
      if (tick >= 0) page.engine.go({ kind: 'tick', tick })
      else page.engine.go({ kind: 'packet', packet: Number(message.packet) || 0, step: Number(message.step) || 0 })
      revealLine(Number(message.line) || 0, 1, false)
      return
    }
    const read = readProject(message.project)
    if (read.ok) await page.openEarlier({ project: read.project, steps: [], breakpoints: { lines: [], slots: [] } })
  }
}
