import { existsSync } from 'node:fs'
import { chromium, defineConfig, devices } from '@playwright/test'
import { findFirefox, systemChromium } from './scripts/browsers.mjs'

// Which browser: an explicit path; the one that Playwright installed; one of the system.
const executablePath = process.env['PW_CHROMIUM'] ?? (existsSync(chromium.executablePath()) ? undefined : systemChromium())
const firefox = findFirefox()
const json = process.env['PLAYWRIGHT_JSON_OUTPUT_NAME']
const port = process.env['PORT'] ?? '4173'

// Journeys run against the built page (`npm run build` first), one after the other.
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'build/e2e',
  reporter: json ? [['list'], ['json', { outputFile: json }]] : [['list']],
  timeout: 240_000,
  // A slow machine may miss a waiting time once; a fault shows twice.
  retries: process.env['CI'] ? 1 : 0,
  workers: 1,
  forbidOnly: !!process.env['CI'],
  // Files that a service worker keeps would hide what a journey does to the network; offline.spec.ts lets it in.
  use: { baseURL: `http://127.0.0.1:${port}/`, locale: 'en-US', trace: 'retain-on-failure', serviceWorkers: 'block' },
  projects: [
    {
      name: 'chromium',
      use: {
        ...devices['Desktop Chrome'],
        viewport: { width: 1440, height: 900 },
        launchOptions: {
          ...(executablePath ? { executablePath } : {}),
          args: ['--disable-background-networking', '--disable-component-update', '--no-first-run', '--disable-quic'],
        },
      },
    },
    ...(firefox
      ? [
          {
            name: 'firefox',
            // Over WebDriver BiDi, which neither sets a colour scheme nor lets a page read the clipboard: what needs those is walked in Chromium alone.
            testMatch: /(edit|step)\.spec\.ts/,
            use: {
              ...devices['Desktop Firefox'],
              viewport: { width: 1440, height: 900 },
              channel: 'moz-firefox',
              launchOptions: { executablePath: firefox },
            },
          },
        ]
      : []),
  ],
  webServer: {
    command: `vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: !process.env['CI'],
  },
})
