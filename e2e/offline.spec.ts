// After one visit the page works without a network, from files of one build.
import { editorBox, expect, open, ready, setCode, strip, test, tiny } from './beeyard.ts'

test.use({ serviceWorkers: 'allow' })

test('a second visit needs no network: it opens, compiles, verifies and runs', async ({ page, context }) => {
  await open(page)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })
  await context.setOffline(true)
  await page.reload()
  await ready(page)
  await expect(strip(page)).toContainText('accepted')
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText('0 passed')
  await expect(page.locator('[data-panel="code"]')).toContainText('tiny')
  await editorBox(page).focus()
  await page.keyboard.press('ControlOrMeta+f')
  await expect(page.locator('.find-widget.visible')).toBeVisible()
})

test('a reset forgets the kept files and keeps the work', async ({ page }) => {
  await open(page)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })
  await setCode(page, tiny('XDP_TX'))
  await expect(strip(page)).toContainText('40 passed')
  await page.waitForTimeout(600)
  await page.goto('?reset')
  await ready(page)
  expect(new URL(page.url()).search).toBe('')
  await expect(page.locator('[data-panel="code"]')).toContainText('XDP_TX')
})
