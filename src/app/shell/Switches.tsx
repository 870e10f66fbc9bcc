// Language and theme. A language names itself in its own words, so that it is found by those who read no other.
import { useT } from '../i18n/index.ts'
import { type Language, type Theme, useUi } from '../state/ui.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'
import styles from './Header.module.css'

const LANGUAGES: readonly (readonly [Language, string])[] = [
  ['en', 'English'],
  ['ko', '한국어'],
]
const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const THEME_ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' }

export function LanguageSwitch() {
  const t = useT()
  const language = useUi((s) => s.language)
  const set = useUi((s) => s.set)
  return (
    <select
      className={styles.select}
      aria-label={t.header.language}
      value={language}
      onChange={(e) => set({ language: e.target.value === 'ko' ? 'ko' : 'en' })}
    >
      {LANGUAGES.map(([id, name]) => (
        <option key={id} value={id} lang={id}>
          {name}
        </option>
      ))}
    </select>
  )
}

export function ThemeSwitch() {
  const t = useT()
  const theme = useUi((s) => s.theme)
  const set = useUi((s) => s.set)
  return (
    <fieldset className={styles.themes}>
      <legend className="visuallyHidden">{t.header.theme}</legend>
      {THEMES.map((name) => (
        <label key={name} title={t.header.themes[name]}>
          <input
            type="radio"
            name="theme"
            checked={theme === name}
            onChange={() => set({ theme: name })}
            aria-label={t.header.themes[name]}
          />
          <span>
            <Icon name={THEME_ICONS[name]} />
          </span>
        </label>
      ))}
    </fieldset>
  )
}
