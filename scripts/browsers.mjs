// Browsers of the system that journeys are walked in.
import { existsSync } from 'node:fs'

const CHROMIUMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const FIREFOXES = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox']

/** @returns {string | undefined} */
export const systemChromium = () => CHROMIUMS.find((path) => existsSync(path))

/** Firefox as Mozilla or a distribution ships it: PW_FIREFOX, or one of the system.
 * @returns {string | undefined} */
export const findFirefox = () => process.env.PW_FIREFOX ?? FIREFOXES.find((path) => existsSync(path))
