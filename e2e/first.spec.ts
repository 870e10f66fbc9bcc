// The first visit: the page that stands there before any module has run is the page that comes.
import type { Locator, Page } from '@playwright/test'
import { expect, open, position, setCode, strip, test } from './beeyard.ts'

/** Verdict, place on the timeline, registers, and as many rows of each list as can be seen. */
const glance = async (host: Locator): Promise<readonly string[]> => [
  ...(await host.locator('header, [role=status], output, table').allInnerTexts()),
  ...(await host.getByRole('listbox').evaluateAll((lists) =>
    lists.map((list) =>
      [...list.querySelectorAll<HTMLElement>('[role=option]')]
        .slice(0, 8)
        .map((row) => row.innerText)
        .join('\n'),
    ),
  )),
]

/** Keeps a script of the page from arriving until the answer is called. */
async function hold(page: Page, script: string): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(new RegExp(`assets/${script}-[^/]*\\.js$`), async (route) => {
    await held
    await route.continue()
  })
  return release
}

const sizes = { wide: [1440, 900], medium: [1024, 768], narrow: [390, 844] } as const

for (const [width, [w, h]] of Object.entries(sizes)) {
  test(`code, verdict and packets stand there before any module runs (${width})`, async ({ page }) => {
    await page.setViewportSize({ width: w, height: h })
    const release = await hold(page, 'index')
    await page.goto('')
    const first = page.locator('#first')
    await expect(first.getByText('// A firewall with a counter.')).toBeVisible()
    await expect(first.locator('[role=status]').first()).toContainText('accepted')
    await expect(first.locator('[role=status]').first()).toContainText('5 dropped')
    const seen = await glance(first)
    release()
    await expect(first).toHaveCount(0, { timeout: 30_000 })
    expect(await glance(page.locator('#root'))).toEqual(seen)
  })
}

test('a step that is wanted before the worker has answered is taken when it has', async ({ page }) => {
  const release = await hold(page, 'worker')
  await page.goto('')
  await expect(page.locator('#first')).toHaveCount(0, { timeout: 30_000 })
  await page.keyboard.press('F11')
  await page.keyboard.press('F11')
  release()
  await expect(position(page)).toContainText('step 2 of')
})

test('who has work of their own sees that alone', async ({ page }) => {
  await open(page)
  await setCode(page, 'int x')
  await expect(strip(page)).toContainText('1 error')
  await page.waitForTimeout(600)
  await page.goto('about:blank')
  const release = await hold(page, 'index')
  await page.goto('./')
  await expect(page.locator('#first')).toBeEmpty()
  release()
  await expect(strip(page)).toContainText('1 error')
})
