// Own work: nothing is lost by a reload, a second tab, refused storage, a damaged record or a start that never ends.
import { banner, expect, open, position, ready, setCode, strip, test, tiny } from './beeyard.ts'

test('a reload loses nothing, and undo goes back over it', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText(/(?<!\d)0 passed/)
  await page.waitForTimeout(500)
  await setCode(page, tiny('XDP_PASS'))
  await expect(strip(page)).toContainText(/(?<!\d)0 dropped/)
  await page.getByRole('option', { name: /^packet 2:/ }).click()
  await expect(position(page)).toContainText('packet 2')
  await page.waitForTimeout(500)
  await page.reload()
  await ready(page)
  await expect(page.locator('.view-line', { hasText: 'return XDP_PASS' })).toBeVisible()
  await expect(position(page)).toContainText('packet 2')
  await page.getByRole('textbox', { name: /C source/ }).focus()
  await page.keyboard.press('ControlOrMeta+Z')
  await expect(page.locator('.view-line', { hasText: 'return XDP_DROP' })).toBeVisible()
  await page.keyboard.press('ControlOrMeta+Z')
  await expect(page.locator('.view-line', { hasText: 'A firewall with a counter' })).toBeVisible()
  await page.keyboard.press('ControlOrMeta+Shift+Z')
  await expect(page.locator('.view-line', { hasText: 'return XDP_DROP' })).toBeVisible()
})

test('a crash loses at most the last second', async ({ page, context }) => {
  await open(page)
  await setCode(page, tiny('XDP_TX'))
  await page.waitForTimeout(900)
  const session = await context.newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  void session.send('Page.crash').catch(() => {})
  await crashed
  const after = await context.newPage()
  await open(after)
  await expect(after.locator('.view-line', { hasText: 'return XDP_TX' })).toBeVisible()
})

test('a second tab is told, overwrites nothing and can take over', async ({ page, context }) => {
  await open(page)
  await setCode(page, tiny('XDP_DROP'))
  await page.waitForTimeout(600)
  const second = await context.newPage()
  await open(second)
  await expect(second.getByText(/open in another tab/)).toBeVisible()
  await setCode(second, tiny('XDP_TX'))
  await second.waitForTimeout(700)
  await page.reload()
  await ready(page)
  await expect(page.locator('.view-line', { hasText: 'return XDP_DROP' })).toBeVisible()
  await second.getByRole('button', { name: 'Save here from now on' }).click()
  await expect(second.getByText(/open in another tab/)).toBeHidden()
  await expect(page.getByText(/open in another tab/)).toBeVisible()
  await page.close()
  await second.waitForTimeout(600)
  await second.reload()
  await ready(second)
  await expect(second.locator('.view-line', { hasText: 'return XDP_TX' })).toBeVisible()
})

test('refused storage is told loudly, and the page works on', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get() {
        throw new DOMException('refused', 'SecurityError')
      },
    })
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('refused', 'SecurityError')
      },
    })
  })
  await open(page)
  await expect(banner(page)).toContainText('does not let this page store anything')
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText('0 passed')
})

test('a damaged record is put aside and can be saved as text', async ({ page }) => {
  await open(page)
  await expect(position(page)).toContainText('step')
  await page.waitForTimeout(800)
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('keyval-store')
        request.onerror = () => reject(request.error)
        request.onsuccess = () => {
          const write = request.result.transaction('keyval', 'readwrite')
          write.objectStore('keyval').put({ format: 1, project: 'spoilt' }, 'work')
          write.oncomplete = () => resolve()
        }
      }),
  )
  await page.reload()
  await ready(page)
  await expect(banner(page)).toContainText('could not be read')
  await banner(page).getByRole('button', { name: 'Earlier versions…' }).click()
  await expect(
    page.getByRole('listitem').filter({ hasText: 'could not be read' }).getByRole('button', { name: 'Save as text' }),
  ).toBeVisible()
})

test('a start that never ended is followed by safe mode', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_DROP'))
  await page.waitForTimeout(600)
  // The page that crashes has no time to take its marker away.
  await page.evaluate(() => addEventListener('pagehide', () => localStorage.setItem('beeyard.starting', '1')))
  await page.reload()
  await expect(banner(page)).toContainText('Safe mode')
  await expect(strip(page)).toContainText('safe mode')
  await expect(page.locator('.view-line', { hasText: 'return XDP_DROP' })).toBeVisible()
  await page.getByRole('button', { name: 'Build now' }).click()
  await expect(strip(page)).toContainText('accepted')
  await expect(banner(page)).toBeHidden()
})
