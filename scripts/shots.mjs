// Pictures of the page for people to look at: node scripts/shots.mjs FOLDER [PANEL] [DIST]. Three sizes, two themes, two languages.
// PANEL is what the page shows (run, verify, maps, output, code, bytecode); the run stands in the middle of the first dropped packet.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { preview } from 'vite'

const root = join(import.meta.dirname, '..')
const [folder = 'build/shots', panel = 'run', dist = 'dist'] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
]
const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome']
const executablePath = process.env['PW_CHROMIUM'] ?? (existsSync(chromium.executablePath()) ? undefined : system.find((p) => existsSync(p)))

const server = await preview({ root, logLevel: 'silent', build: { outDir: dist }, preview: { host: '127.0.0.1', port: 0 } })
const url = server.resolvedUrls?.local[0]
const browser = await chromium.launch(executablePath ? { executablePath } : {})
for (const language of ['en', 'ko']) {
  for (const theme of ['light', 'dark']) {
    for (const [width, height] of SIZES) {
      const context = await browser.newContext({
        viewport: { width, height },
        locale: language === 'ko' ? 'ko-KR' : 'en-US',
        colorScheme: theme,
      })
      const page = await context.newPage()
      page.on('console', (m) => m.type() === 'error' && console.log(`${width} ${theme} ${language}: ${m.text()}`))
      page.on('pageerror', (e) => console.log(`${width} ${theme} ${language}: ${e.message}`))
      await page.goto(url)
      await page.locator('.monaco-editor .view-line').first().waitFor({ state: 'attached', timeout: 30_000 })
      await page
        .getByText(/passed|통과/)
        .first()
        .waitFor({ timeout: 30_000 })
      if (width < 768) await page.locator('#tab-run').click()
      // Down the list to the first packet that is dropped, then some lines into its run.
      await page.getByRole('option').filter({ hasText: 'XDP_' }).first().click()
      const chosen = page.getByRole('option', { selected: true }).filter({ hasText: 'XDP_DROP' })
      for (let i = 0; i < 60 && (await chosen.count()) === 0; i++) await page.keyboard.press('ArrowDown')
      await page.waitForTimeout(300)
      for (let i = 0; i < 5; i++) await page.keyboard.press('F10')
      const tab = page.locator(`#tab-${panel}`)
      if (await tab.count()) await tab.click()
      await page.waitForTimeout(700)
      await page.screenshot({ path: join(folder, `${panel}-${width}-${theme}-${language}.png`) })
      await context.close()
    }
  }
}
await browser.close()
await server.close()
