// What a fresh clone needs before anything runs: the packages of the lock file, and a browser for the page's tests.
// Uses Node alone, since it runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemChromium } from './browsers.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Installs the packages of the lock file unless they are there already. */
export function ensurePackages() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed; this is ${process.versions.node}.`)
  const installed = join(root, 'node_modules/.package-lock.json')
  const lock = join(root, 'package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing packages ...')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) fail('npm ci failed.')
}

/**
 * A Chromium to test with: PW_CHROMIUM, a system browser, Playwright's own (downloaded where the network has it), Debian's package
 * where this runs as root on Debian. Returns { path } ('' = Playwright finds its own) or { missing } with a line that says why.
 */
export async function ensureBrowser() {
  const named = process.env.PW_CHROMIUM
  if (named) return existsSync(named) ? { path: named } : { missing: `PW_CHROMIUM names ${named}, which does not exist.` }
  if (systemChromium()) return { path: systemChromium() }
  const { chromium } = await import('@playwright/test')
  if (existsSync(chromium.executablePath())) return { path: '' }
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log('Installing Chromium and a Korean font from Debian ...')
    const apt = (...args) =>
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    apt('update')
    apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk')
    if (systemChromium()) return { path: systemChromium() }
  }
  spawnSync('npx', ['playwright', 'install', 'chromium-headless-shell'], { cwd: root, stdio: 'ignore', timeout: 300_000 })
  if (existsSync(chromium.executablePath())) return { path: '' }
  return { missing: 'No Chromium found: set PW_CHROMIUM to one, or install Chromium or Chrome.' }
}

/** Whether every optional package of the lock file is named in it: npm ci refuses a lock file that lacks one. */
export function checkLockFile() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const names = new Set(Object.keys(packages).map((key) => key.replace(/^.*node_modules\//, '')))
  const faults = []
  for (const [key, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) if (key && !names.has(name)) faults.push(`${key} lacks ${name}`)
    if (entry.resolved?.startsWith('http')) faults.push(`${key} has a download address`)
  }
  return faults
}

export function run(command, args, options = {}) {
  return execFileSync(command, args, { cwd: root, stdio: 'inherit', ...options })
}

function fail(text) {
  console.error(text)
  process.exit(1)
}
