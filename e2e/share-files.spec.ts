// Work that leaves the page as files: a folder for Linux, one HTML file that works from a disk, a QR code, pictures of panels.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download, Page } from '@playwright/test'
import { unzipSync } from 'fflate'
import { chooseDropped, expect, open, position, ready, strip, tab, test, watch } from './beeyard.ts'

async function saved(page: Page, act: () => Promise<void>): Promise<Download> {
  const coming = page.waitForEvent('download')
  await act()
  return coming
}

const button = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name })

test('a folder for Linux holds sources, loader, Makefile, packets and what to expect', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Share' }).click()
  const file = await saved(page, () => button(page, 'Folder for Linux').click())
  expect(file.suggestedFilename()).toBe('first_steps.zip')
  const files = unzipSync(readFileSync(await file.path()))
  expect(Object.keys(files).sort()).toEqual(
    ['.gitignore', 'Makefile', 'README.md', 'expected.txt', 'first_steps.c', 'loader.c', 'packets.pcap'].map((n) => `first_steps/${n}`),
  )
  expect(new TextDecoder().decode(files['first_steps/expected.txt']).trim().split('\n')).toHaveLength(40)
  await expect(page.getByRole('dialog')).toContainText('first_steps.zip saved')
})

test('one HTML file opens from a disk, without a network, where the sender stood', async ({ page, browser, faults }, info) => {
  await open(page)
  await chooseDropped(page)
  for (let i = 0; i < 4; i++) await page.keyboard.press('F11')
  await expect(position(page)).toContainText('step 4 of')
  const where = (await position(page).textContent()) ?? ''
  await page.getByRole('button', { name: 'Share' }).click()
  const file = await saved(page, () => button(page, 'One HTML file').click())
  const path = join(info.outputDir, 'work.html')
  await file.saveAs(path)
  expect(readFileSync(path).length).toBeLessThan(3_500_000)

  const other = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 }, offline: true })
  watch(other, faults)
  const disk = await other.newPage()
  await disk.goto(`file://${path}`)
  await ready(disk)
  await expect(strip(disk)).toContainText('5 dropped')
  await expect(disk.getByText('Shared by a link.')).toBeVisible()
  await expect(position(disk)).toContainText(where)
  // Everything that is loaded late elsewhere is in the file.
  await tab(disk, 'Inside').click()
  await expect(disk.getByRole('button', { name: /instructions 0 to/ }).first()).toBeVisible()
  await disk.getByRole('button', { name: 'Lessons' }).click()
  await expect(disk.getByText('The packet filter that grew up')).toBeVisible()
  expect(await disk.evaluate(() => (globalThis as { _VSCODE_NLS_MESSAGES?: unknown })._VSCODE_NLS_MESSAGES)).toBeUndefined()
  await other.close()
})

test('the file can be saved again from itself', async ({ page, browser }, info) => {
  await open(page)
  await page.getByRole('button', { name: 'Share' }).click()
  const first = join(info.outputDir, 'first.html')
  await (await saved(page, () => button(page, 'One HTML file').click())).saveAs(first)
  const other = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 }, offline: true })
  const disk = await other.newPage()
  await disk.goto(`file://${first}`)
  await ready(disk)
  await disk.getByRole('button', { name: '공유', exact: true }).click()
  const second = join(info.outputDir, 'second.html')
  await (await saved(disk, () => disk.getByRole('dialog').getByRole('button', { name: 'HTML 파일 하나' }).click())).saveAs(second)
  expect(readFileSync(second).length).toBe(readFileSync(first).length)
  // Links made in the file lead to the page that it came from.
  await expect(disk.locator('#share-link')).toHaveValue(/^http:\/\/127\.0\.0\.1:\d+\/#1\./)
  await other.close()
})

test('a QR code of the link, shown and saved', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('dialog').getByText('QR code').click()
  await expect(page.getByRole('img', { name: 'The link as a QR code' })).toBeVisible()
  const file = await saved(page, () => button(page, 'Save as SVG').click())
  expect(readFileSync(await file.path(), 'utf8')).toMatch(/^<svg [^>]*crispEdges/)
})

test('pictures of packet, register, paths and graph, as SVG and PNG', async ({ page }) => {
  await open(page)
  await chooseDropped(page)
  const picture = async (kind: 'SVG' | 'PNG', within = page.getByRole('tabpanel')): Promise<Buffer> => {
    const file = await saved(page, () =>
      within
        .getByRole('button', { name: `Save as a picture (${kind})` })
        .first()
        .click(),
    )
    return readFileSync(await file.path())
  }
  const bytes = page.getByRole('region', { name: 'Packet bytes' })
  const packet = (await picture('SVG', bytes)).toString()
  expect(packet).toContain('>IPv4')
  const wellFormed = (svg: string) =>
    page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null, svg)
  // Trusted Types forbid parsing on the page itself, so a blank page parses.
  const png = await picture('PNG', bytes)
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
  await tab(page, 'Inside').click()
  await expect(page.getByRole('button', { name: /instructions 0 to/ }).first()).toBeVisible()
  const graph = (await picture('SVG')).toString()
  expect(graph.match(/<path/g)?.length ?? 0).toBeGreaterThan(5)
  await tab(page, 'Verify').click()
  await page.getByRole('button', { name: 'Paths' }).click()
  await page.getByRole('listbox', { name: 'Explored paths' }).getByRole('option').first().click()
  const paths = (await picture('SVG')).toString()
  expect(paths).toContain('instructions')
  await page.goto('about:blank')
  for (const svg of [packet, graph, paths]) expect(await wellFormed(svg)).toBe(true)
})
