// How it looks and whom it lets in: languages, themes, every view clean under axe in both themes, a phone.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { chooseDropped, expect, open, position, setCode, strip, tab, test, UNCHECKED } from './beeyard.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

async function clean(page: Page, view: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
  expect(
    violations.map((v) => `${view}: ${v.id} ${v.nodes.map((n) => `${n.target.join(' ')} (${n.any[0]?.message ?? ''})`).join('; ')}`),
  ).toEqual([])
}

test('language and theme change at once and are remembered', async ({ page }) => {
  await open(page)
  await page.getByRole('combobox', { name: 'Language' }).selectOption('ko')
  await expect(strip(page)).toContainText('통과')
  await expect(page.getByRole('button', { name: '공유' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko')
  await page.getByRole('radio', { name: '어둡게' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.reload()
  await expect(strip(page)).toContainText('통과', { timeout: 30_000 })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.locator('.monaco-editor.vs-dark').first()).toBeAttached()
  // Monaco's own words are Korean too, since its texts were loaded before it.
  await page.keyboard.press('F1')
  await page.getByRole('combobox', { name: /입력하세요/ }).fill('편집기 명령')
  await page.keyboard.press('Enter')
  await expect(page.locator('.quick-input-widget')).toContainText(/[가-힣]/)
})

test('the browser says Korean', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'ko-KR' })
  const page = await context.newPage()
  await open(page)
  await expect(page.getByRole('button', { name: '공유' })).toBeVisible()
  await context.close()
})

for (const theme of ['light', 'dark'] as const) {
  test(`every view is clean under axe, ${theme}`, async ({ page }) => {
    test.setTimeout(120_000)
    await page.emulateMedia({ colorScheme: theme })
    await open(page)
    await chooseDropped(page)
    for (let i = 0; i < 8; i++) await page.keyboard.press('F11')
    for (const name of ['Run', 'Verify', 'Maps', 'Output']) {
      await tab(page, name).click()
      await clean(page, name)
    }
    await page.getByRole('button', { name: 'Share' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.getByRole('dialog').getByText('QR code').click()
    await page.getByRole('dialog').getByText('Put it into a page').click()
    await clean(page, 'share')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keys and help' }).click()
    await clean(page, 'help')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'File', exact: true }).click()
    await clean(page, 'file menu')
    await page.keyboard.press('Escape')
    await setCode(page, UNCHECKED)
    await expect(strip(page)).toContainText('rejected')
    for (const name of ['Run', 'Verify']) {
      await tab(page, name).click()
      await clean(page, `rejected, ${name}`)
    }
  })

  test(`a phone is clean under axe, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: theme })
    await open(page)
    for (const name of ['Bytecode', 'Run', 'Verify', 'Maps', 'Output', 'Code']) {
      await tab(page, name).click()
      await clean(page, `phone, ${name}`)
    }
  })
}

test('on a phone one reads, steps and switches', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page)
  await expect(strip(page)).toContainText('accepted')
  await tab(page, 'Run').click()
  await chooseDropped(page)
  const step = page.getByRole('button', { name: 'One instruction forward' })
  await step.click()
  await step.click()
  await expect(position(page)).toContainText('step 2 of')
  await tab(page, 'Bytecode').click()
  await expect(page.getByRole('option', { name: /next to run/ })).toBeVisible()
  await tab(page, 'Code').click()
  await expect(page.locator('.monaco-editor .beeyard-pc-mark')).toBeAttached()
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  expect(wider).toBe(false)
})

test('at 320 px nothing runs out of the page', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await open(page)
  for (const name of ['Bytecode', 'Run', 'Verify', 'Maps', 'Output', 'Code']) {
    await tab(page, name).click()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  }
})
