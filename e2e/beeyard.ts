// What all journeys share: a page that must stay clean (no error in the console, no request to another host) and the few acts of a visitor.
import { type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test'

/** Errors seen on any page of a context, and requests that left our host. */
function watch(context: BrowserContext, faults: string[]): void {
  context.on('console', (message) => {
    // Most journeys keep the service worker out, which the browser's driver says aloud.
    if (message.text() === 'Service Worker registration blocked by Playwright') return
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console ${message.type()}: ${message.text()}`)
  })
  context.on('weberror', (error) => faults.push(`error: ${error.error().message}`))
  context.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(https?|wss?):$/.test(url.protocol) && url.hostname !== '127.0.0.1') faults.push(`request to ${url.host}`)
  })
}

export const test = base.extend<{ faults: string[] }>({
  faults: [
    async ({ context }, use) => {
      const faults: string[] = []
      watch(context, faults)
      await use(faults)
      expect(faults).toEqual([])
    },
    { auto: true },
  ],
})

export { expect, watch }

/** Opens the page and waits for the editor and the first verdict. */
export async function open(page: Page, path = ''): Promise<void> {
  await page.goto(path)
  await ready(page)
}

export async function ready(page: Page): Promise<void> {
  await editing(page)
  await expect(strip(page)).toContainText(/compiled|error|컴파일|오류/, { timeout: 30_000 })
}

/** The editor stands; `features` says whether those behind it must be there too. */
export async function editing(page: Page, features = true): Promise<void> {
  await expect(page.locator('.monaco-editor .view-line').first()).toBeAttached({ timeout: 30_000 })
  if (features) await expect(page.locator('[data-panel="code"] [aria-busy=true]')).toHaveCount(0, { timeout: 30_000 })
}

export const strip = (page: Page): Locator => page.getByRole('region', { name: /What Linux says|Linux의 판정/ })
/** Our own loud banners; the editor has alerts of its own for screen readers. */
export const banner = (page: Page): Locator => page.locator('[role=alert]:not(.monaco-alert)')
export const slider = (page: Page): Locator => page.locator('#timeline-slider')
export const position = (page: Page): Locator => page.locator('[data-panel="timeline"] output')
export const editorBox = (page: Page): Locator => page.getByRole('textbox', { name: /C source|C 소스/ })

/** The code as the editor holds it: copied out by way of the saved record's source, the document's text in the page. */
export async function code(page: Page): Promise<string> {
  await editorBox(page).focus()
  const lines = await page.evaluate(() => {
    const nodes = [...document.querySelectorAll<HTMLElement>('.monaco-editor .view-lines .view-line')]
    return nodes
      .map((n) => ({ top: Number.parseFloat(n.style.top), text: (n.textContent ?? '').replaceAll('\u00a0', ' ') }))
      .sort((a, b) => a.top - b.top)
      .map((n) => n.text)
  })
  return lines.join('\n')
}

export async function setCode(page: Page, text: string): Promise<void> {
  await editorBox(page).focus()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(text)
}

export const tab = (page: Page, name: string): Locator => page.getByRole('tab', { name: new RegExp(`^${name}`) })

/** The smallest program: one verdict for every packet. */
export const tiny = (verdict: string): string =>
  `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n\nSEC("xdp")\nint tiny(struct xdp_md *ctx)\n{\n\treturn ${verdict};\n}\n\nchar LICENSE[] SEC("license") = "GPL";\n`

/** Reads a byte of the packet that nobody compared with data_end. */
export const UNCHECKED = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int unchecked(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;

	return data[12] == 8 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
`

/** A capture of TCP packets to the ports given, as pcap bytes (libpcap 2.4, microseconds, little-endian). */
export function pcap(ports: readonly number[]): Uint8Array {
  const packets = ports.map(tcpPacket)
  const out = new DataView(new ArrayBuffer(24 + packets.reduce((n, p) => n + 16 + p.length, 0)))
  out.setUint32(0, 0xa1b2c3d4, true)
  out.setUint16(4, 2, true)
  out.setUint16(6, 4, true)
  out.setUint32(16, 65535, true)
  out.setUint32(20, 1, true)
  let at = 24
  for (const [i, packet] of packets.entries()) {
    out.setUint32(at, 1_700_000_000 + i, true)
    out.setUint32(at + 8, packet.length, true)
    out.setUint32(at + 12, packet.length, true)
    new Uint8Array(out.buffer).set(packet, at + 16)
    at += 16 + packet.length
  }
  return new Uint8Array(out.buffer)
}

function tcpPacket(port: number): Uint8Array {
  const p = new Uint8Array(60)
  p.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00])
  p.set([0x45, 0, 0, 46, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 14)
  p.set([0x9c, 0x40, port >> 8, port & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff], 34)
  return p
}

/** Drops a file on the page as a visitor would. */
export async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ name, bytes }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], name))
      return transfer
    },
    { name, bytes: [...bytes] },
  )
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer })
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
}

/** Goes down the list of packets to the first that the program drops. */
export async function chooseDropped(page: Page): Promise<void> {
  const list = page.getByRole('listbox', { name: 'Packets' })
  await expect(strip(page)).toContainText(/[1-9]\d* dropped/)
  await list.getByRole('option').first().click()
  const chosen = list.getByRole('option', { selected: true, name: /XDP_DROP/ })
  for (let i = 0; i < 100 && (await chosen.count()) === 0; i++) {
    await page.keyboard.press('ArrowDown')
    await expect(list.getByRole('option', { selected: true, name: new RegExp(`^packet ${i + 2}:`) })).toHaveCount(1)
  }
  await expect(position(page)).toContainText('step 0 of')
}
