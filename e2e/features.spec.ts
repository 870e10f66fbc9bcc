// The editor's features come behind the editor: what is asked of them before they are there is done when they are, and each works at its first use.
import type { Page } from '@playwright/test'
import { code, editing, editorBox, expect, open, setCode, strip, test, tiny } from './beeyard.ts'

const find = (page: Page) => page.locator('.find-widget.visible')
const list = (page: Page) => page.locator('.quick-input-widget')

test('keys that come before the features are answered when these are there', async ({ page }) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(/\/monaco-features-.*\.js$/, async (route) => {
    await held
    await route.continue()
  })
  await page.goto('')
  await editing(page, false)
  await editorBox(page).focus()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('xy')
  expect(await code(page)).toMatch(/^xy/)
  await page.keyboard.press('ControlOrMeta+/')
  await page.keyboard.press('ControlOrMeta+f')
  await page.keyboard.type('xdp_')
  await page.keyboard.insertText('md')
  await expect(find(page)).toHaveCount(0)
  release()
  await expect(find(page)).toBeVisible({ timeout: 30_000 })
  await expect(find(page).getByRole('textbox', { name: 'Find', exact: true })).toHaveValue('xdp_md')
  await page.keyboard.press('Escape')
  await expect(find(page)).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+Home')
  await expect.poll(() => code(page)).toMatch(/^\/\/ xy/)
})

test('finding, commenting, folding, the command list and the menu work at first use', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_PASS'))
  await page.keyboard.press('ControlOrMeta+f')
  await expect(find(page)).toBeVisible()
  await page.keyboard.type('XDP_PASS')
  await expect(find(page)).toContainText('1 of 1')
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('ControlOrMeta+/')
  expect(await code(page)).toMatch(/^\/\/ #include/)
  await page.keyboard.press('ControlOrMeta+/')
  expect(await code(page)).toMatch(/^#include/)
  const choose = async (command: string) => {
    await page.locator('.view-line').first().click({ button: 'right' })
    const item = page.getByRole('menuitem', { name: /Command Palette/ })
    await expect(item).toBeVisible()
    // Monaco's menu takes clicks from 100 ms after its opening on, so that the release of the opening one is none.
    await page.waitForTimeout(400)
    await item.click()
    await expect(list(page)).toBeVisible()
    await page.keyboard.type(command)
    await expect(list(page).getByRole('option').filter({ hasText: command }).first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(list(page)).toBeHidden()
  }
  await choose('Fold All')
  await expect.poll(() => code(page)).not.toContain('return XDP_PASS')
  await choose('Unfold All')
  await expect.poll(() => code(page)).toContain('return XDP_PASS')
  await page.keyboard.press('ControlOrMeta+g')
  await expect(list(page)).toBeVisible()
  await page.keyboard.type('7')
  await page.keyboard.press('Enter')
  await expect(list(page)).toBeHidden()
})

test('the editor draws its floats in its colours, whenever these came', async ({ page }) => {
  await open(page)
  await setCode(page, 'int x = bpf_map_look')
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.press('ControlOrMeta+Space')
  const suggestions = page.locator('.suggest-widget')
  await expect(suggestions.locator('.monaco-list-row').first()).toBeVisible()
  await expect(suggestions).toHaveCSS('background-color', 'rgb(255, 254, 252)')
  await page.keyboard.press('Escape')
  await setCode(page, tiny('XDP_PASS').replace('return XDP_PASS;', 'return XDP_PASS'))
  await expect(strip(page)).toContainText('1 error')
  await page.keyboard.press('F8')
  await expect(page.locator('.marker-widget')).toBeVisible()
})

test('a window that becomes narrow while the features come loses nothing', async ({ page }) => {
  const features = page.waitForResponse(/\/monaco-features-.*\.js$/)
  await page.goto('')
  await editing(page, false)
  await editorBox(page).focus()
  await (await features).finished()
  for (const width of [390, 1440, 390, 1440]) {
    await page.setViewportSize({ width, height: 844 })
    await page.waitForTimeout(120)
  }
  await editing(page, true)
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText('accepted')
})
