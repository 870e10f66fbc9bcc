// The machine: choosing a packet, forward and back, breakpoints, the slider, and what the panels show on the way.
import { chooseDropped, expect, open, position, slider, tab, test } from './beeyard.ts'

test('step forward and back, by instruction and by line', async ({ page }) => {
  await open(page)
  await chooseDropped(page)
  await expect(position(page)).toContainText('step 0 of')
  const registers = page.getByRole('region', { name: 'Registers' })
  const before = await registers.textContent()
  await page.keyboard.press('F11')
  await page.keyboard.press('F11')
  await page.keyboard.press('F11')
  await expect(position(page)).toContainText('step 3 of')
  await expect(registers.locator('tr', { hasText: 'changed' }).first()).toBeVisible()
  await page.keyboard.press('Shift+F11')
  await page.keyboard.press('Shift+F11')
  await page.keyboard.press('Shift+F11')
  await expect(position(page)).toContainText('step 0 of')
  expect(await registers.textContent()).toBe(before)
  await page.keyboard.press('F10')
  await expect(position(page)).not.toContainText('step 0 of')
  await expect(page.locator('.monaco-editor .beeyard-pc-mark')).toBeAttached()
})

test('the end of a dropped packet says so, prints, and has counted', async ({ page }) => {
  await open(page)
  await chooseDropped(page)
  await page.getByRole('button', { name: 'End of this packet' }).click()
  await expect(page.getByText('Finished: XDP_DROP')).toBeVisible()
  await tab(page, 'Output').click()
  await expect(page.getByRole('listbox', { name: 'Printed by bpf_printk' })).toContainText('dropped: port 8080')
  await tab(page, 'Maps').click()
  const counts = page.getByRole('region', { name: 'counts' })
  await expect(counts).toContainText('packets')
  await expect(
    counts
      .getByRole('row')
      .filter({ hasText: /packets = [1-9]/ })
      .first(),
  ).toBeVisible()
})

test('a breakpoint on a C line stops the run', async ({ page }) => {
  await open(page)
  await page.locator('.view-line', { hasText: 'define BLOCKED_PORT' }).first().click()
  await page.keyboard.press('ControlOrMeta+F')
  await page.keyboard.insertText('return XDP_DROP')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('F9')
  await expect(page.locator('.monaco-editor .beeyard-breakpoint')).toBeAttached()
  await page.getByRole('option', { name: /^packet 1:/ }).click()
  await page.keyboard.press('Alt+F10')
  await expect(page.getByRole('option', { name: /XDP_DROP/ }).first()).toHaveAttribute('aria-selected', 'true')
  await expect(page.locator('.monaco-editor .beeyard-pc-mark')).toBeAttached()
})

test('dragging the slider goes through the whole run', async ({ page }) => {
  await open(page)
  const box = await slider(page).boundingBox()
  if (!box) throw new Error('no slider')
  await page.mouse.move(box.x + 10, box.y + box.height / 2)
  await page.mouse.down()
  for (let i = 1; i <= 20; i++) await page.mouse.move(box.x + (box.width * i) / 20 - 9, box.y + box.height / 2)
  await page.mouse.up()
  await expect(position(page)).toContainText(/packet (\d+) of \1,/)
  await slider(page).focus()
  await page.keyboard.press('Home')
  await expect(position(page)).toContainText('packet 1 of')
})

test('a field of the packet lights its bytes, and read bytes are told in words', async ({ page }) => {
  await open(page)
  await chooseDropped(page)
  const bytes = page.getByRole('region', { name: 'Packet bytes' })
  await bytes.getByText('Ethernet').hover()
  // Bytes side by side that look the same stand in one element.
  const lit = async () => (await bytes.locator('[class*="litByte"]').allTextContents()).flatMap((text) => text.split(' ')).length
  await expect.poll(lit).toBe(14)
  for (let i = 0; i < 40; i++) {
    if (await bytes.getByText('read', { exact: true }).count()) break
    await page.keyboard.press('F11')
    await page.waitForTimeout(30)
  }
  await expect(bytes.getByText('read', { exact: true })).toBeVisible()
})
