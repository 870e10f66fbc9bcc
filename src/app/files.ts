// Files in and out: C, whole projects and captures, by button or dropped on the page. Everything that comes in is read by a reader that copies
// field by field; faults are told in plain words and change nothing. Nothing is sent anywhere: saving is a download from memory.
import { formatMessage } from '../diag/index.ts'
import { texts } from './i18n/index.ts'
import type { Page } from './state/boot.ts'
import { textOf, useDocument } from './state/document.ts'
import { mainName } from './state/engine.ts'
import { readWorkRecord } from './state/record.ts'
import { workNow } from './state/saving.ts'
import { useSession } from './state/session.ts'
import { useThinking } from './state/thinking.ts'
import { useUi } from './state/ui.ts'

const CAPTURE = /\.(pcap|pcapng|cap)$/i
const SOURCE = /\.(c|h|txt)$/i
const PROJECT = /\.json$/i
const LOG = /\.log$/i
const OBJECT = /\.(o|elf)$/i
const MAX_OWN = 64 * 1024 * 1024
const MAX_CAPTURE = 4 * 1024 * 1024
const MAX_TEXT = 128 * 1024
const MAX_PROJECT = 8 * 1024 * 1024

const tell = (text: string): void => useUi.getState().tell(text)

export async function openFile(page: Page, file: File): Promise<void> {
  const t = texts().files
  try {
    if (CAPTURE.test(file.name)) await openCapture(page, file)
    else if (SOURCE.test(file.name)) await openSource(page, file)
    else if (PROJECT.test(file.name)) await openProject(page, file)
    else if (LOG.test(file.name) || OBJECT.test(file.name)) await openOwn(page, file)
    else tell(t.unknown(file.name))
  } catch {
    tell(t.unreadable(file.name))
  }
}

async function openCapture(page: Page, file: File): Promise<void> {
  const t = texts().files
  if (file.size > MAX_CAPTURE) {
    tell(t.tooBig(file.name))
    return
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const report = await page.engine.call('readCapture', { name: file.name, bytes })
  const fault = report.diagnostics.find((d) => d.severity === 'error')
  if (fault) {
    tell(t.captureFault(file.name, formatMessage(fault.code, fault.params, useUi.getState().language)))
    return
  }
  const name = file.name.slice(-60)
  useDocument.getState().setStimuli([{ kind: 'pcap', name, base64: toBase64(bytes) }])
  useUi.getState().showPanel('run')
  tell(t.captureRead(file.name, report.packets))
}

async function openSource(page: Page, file: File): Promise<void> {
  const t = texts().files
  if (file.size > MAX_TEXT) {
    tell(t.textTooBig(file.name))
    return
  }
  const text = new TextDecoder('utf-8').decode(await file.arrayBuffer())
  if (text.includes('\0')) {
    tell(t.notText(file.name))
    return
  }
  // A log that was saved as .txt.
  if (/\.txt$/i.test(file.name) && /^(libbpf: |func#0 @0|\d+: \([0-9a-f]{2}\) )/m.test(text)) {
    await openOwn(page, file)
    return
  }
  useDocument.getState().setText(text)
  tell(t.opened(file.name))
}

/** A log of a real verifier, or an object made by a compiler: shown beside the page's own work, which stays as it is. */
async function openOwn(page: Page, file: File): Promise<void> {
  const t = texts()
  if (file.size > MAX_OWN) {
    tell(t.files.unreadable(file.name))
    return
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45
  const programs = await page.thinker.openOwn(file.name, isElf ? '' : new TextDecoder().decode(bytes), isElf ? bytes : undefined)
  if (programs === 0) {
    tell(t.own.noLog)
    return
  }
  useThinking.getState().set({ view: 'own' })
  useUi.getState().showPanel('verify')
  tell(t.files.opened(file.name))
}

async function openProject(page: Page, file: File): Promise<void> {
  const t = texts().files
  const record = file.size <= MAX_PROJECT ? readWorkRecord(parse(await file.text())) : undefined
  if (!record) {
    tell(t.notProject(file.name))
    return
  }
  await page.openEarlier(record)
  tell(t.opened(file.name))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function pickCapture(page: Page): void {
  pick('.pcap,.pcapng,.cap', (file) => void openFile(page, file))
}

export function pickFile(page: Page): void {
  pick('.c,.h,.txt,.json,.pcap,.pcapng,.cap,.o,.log', (file) => void openFile(page, file))
}

export function saveSource(): void {
  download(mainName(), 'text/x-csrc', textOf(useDocument.getState()))
}

export function saveProject(): void {
  const record = { format: 1, stamp: 'file', savedAt: Date.now(), ...workNow() }
  download(`${mainName().replace(/\.\w+$/, '')}.beeyard.json`, 'application/json', `${JSON.stringify(record, undefined, 1)}\n`)
}

export async function exportPcap(page: Page): Promise<void> {
  const { report } = useSession.getState()
  if (!report) return
  const { bytes } = await page.engine.call('exportPcap', { revision: report.revision })
  // A capture with a header alone holds no packet.
  if (bytes.length <= 24) tell(texts().files.nothingOut)
  else download('outgoing.pcap', 'application/vnd.tcpdump.pcap', bytes)
}

/** Asks for a file. */
export function pick(accept: string, use: (file: File) => void): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    if (file) use(file)
  })
  input.click()
}

export function download(name: string, type: string, content: string | Uint8Array): void {
  const part = typeof content === 'string' ? content : new Uint8Array(content)
  const url = URL.createObjectURL(new Blob([part], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(binary)
}
