// Whether the page is dark now: as chosen, or as the system says.
import { useSyncExternalStore } from 'react'
import { useUi } from './ui.ts'

const systemDark = matchMedia('(prefers-color-scheme: dark)')

function subscribe(handler: () => void): () => void {
  systemDark.addEventListener('change', handler)
  return () => systemDark.removeEventListener('change', handler)
}

const isDark = (): boolean => systemDark.matches

export function useDark(): boolean {
  const theme = useUi((s) => s.theme)
  const system = useSyncExternalStore(subscribe, isDark, isDark)
  return theme === 'system' ? system : theme === 'dark'
}
