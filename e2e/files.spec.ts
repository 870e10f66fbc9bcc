// Files: a capture dropped on the page becomes the packets, undo brings the old ones back, C opens and saves, faults are told.
import { readFile } from 'node:fs/promises'
import { dropFile, expect, open, pcap, ready, strip, test, tiny } from './beeyard.ts'

test('a dropped capture becomes the packets', async ({ page }) => {
  await open(page)
  await dropFile(page, 'mine.pcap', pcap([80, 8080, 8080]))
  const packets = page.getByRole('listbox', { name: 'Packets' }).getByRole('option')
  await expect(packets).toHaveCount(3)
  await expect(strip(page)).toContainText('2 dropped')
  await expect(page.getByRole('region', { name: 'Packets' })).toContainText('mine.pcap')
  await page.waitForTimeout(500)
  await page.reload()
  await ready(page)
  await expect(packets).toHaveCount(3)
  await page.getByRole('button', { name: 'Example packets' }).click()
  await expect(page.getByRole('region', { name: 'Packets' })).toContainText('first-steps')
  await page.getByRole('button', { name: 'Undo the change of packets' }).click()
  await expect(packets).toHaveCount(3)
})

test('what is no capture is told and changes nothing', async ({ page }) => {
  await open(page)
  const packets = page.getByRole('listbox', { name: 'Packets' }).getByRole('option')
  const before = await packets.count()
  await dropFile(page, 'broken.pcap', new TextEncoder().encode('not a capture at all, sorry'))
  await expect(page.getByText(/broken\.pcap cannot be used/)).toBeVisible()
  await dropFile(page, 'photo.png', new Uint8Array([1, 2, 3]))
  await expect(page.getByText(/photo\.png: only/)).toBeVisible()
  await expect(packets).toHaveCount(before)
})

test('C opens as an edit that can be undone, and is saved as it stands', async ({ page }) => {
  await open(page)
  await dropFile(page, 'other.c', new TextEncoder().encode(tiny('XDP_DROP')))
  await expect(strip(page)).toContainText('0 passed')
  await page.getByRole('button', { name: 'File', exact: true }).click()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the C file' }).click()
  const saved = await waiting
  expect(saved.suggestedFilename()).toMatch(/\.c$/)
  expect(await readFile((await saved.path()) ?? '', 'utf8')).toBe(tiny('XDP_DROP'))
  await page.getByRole('textbox', { name: /C source/ }).focus()
  await page.keyboard.press('ControlOrMeta+Z')
  await expect(page.locator('.view-line', { hasText: 'A firewall with a counter' })).toBeVisible()
})

test('the whole project goes into a file and comes back', async ({ page }) => {
  await open(page)
  await dropFile(page, 'mine.pcap', pcap([8080]))
  await expect(strip(page)).toContainText('1 dropped')
  await page.getByRole('button', { name: 'File', exact: true }).click()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the whole project' }).click()
  const bytes = await readFile((await (await waiting).path()) ?? '')
  await page.getByRole('button', { name: 'File', exact: true }).click()
  await page.getByRole('button', { name: 'Start over with the first example' }).click()
  await expect(page.getByRole('region', { name: 'Packets' })).toContainText('first-steps')
  await dropFile(page, 'project.beeyard.json', new Uint8Array(bytes))
  await expect(page.getByRole('region', { name: 'Packets' })).toContainText('mine.pcap')
  await expect(strip(page)).toContainText('1 dropped')
})

test('outgoing packets are saved as a capture', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'File', exact: true }).click()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save outgoing packets as pcap' }).click()
  const bytes = await readFile((await (await waiting).path()) ?? '')
  expect([0xa1b2c3d4, 0xa1b23c4d]).toContain(bytes.readUInt32LE(0))
  expect(bytes.length).toBeGreaterThan(24)
})
