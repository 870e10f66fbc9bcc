// Small settings of the page in localStorage: theme, language, which panel is open, panel sizes. Losing them loses no work, so every access
// is wrapped and a browser that refuses storage simply gets the defaults each time.

const PREFIX = 'beeyard.'

export function readSetting(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined
  } catch {
    return undefined
  }
}

export function writeSetting(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, value)
  } catch {
    // Refused storage: the setting holds until the page is left.
  }
}

/** The same as a Storage for code that wants one. */
export const settingStorage = {
  getItem: (name: string): string | null => readSetting(name) ?? null,
  setItem: (name: string, value: string): void => writeSetting(name, value),
}
