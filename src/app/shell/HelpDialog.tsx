// How the page works in three sentences, and every key.
import { COMMANDS, type CommandGroup, keyText } from '../commands.ts'
import { useT } from '../i18n/index.ts'
import { useUi } from '../state/ui.ts'
import { Dialog } from '../ui/Dialog.tsx'
import styles from './Dialogs.module.css'

const GROUPS: readonly CommandGroup[] = ['edit', 'step', 'page']

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useT()
  const singleKeys = useUi((s) => s.singleKeys)
  const set = useUi((s) => s.set)
  return (
    <Dialog title={t.help.title} onClose={onClose}>
      <p className={styles.intro}>{t.help.intro}</p>
      <p className={styles.intro}>{t.help.truth}</p>
      {GROUPS.map((group) => (
        <section key={group}>
          <h3 className={styles.group}>{t.help.groups[group]}</h3>
          <dl className={styles.keys}>
            {COMMANDS.filter((c) => c.group === group && c.keys.length > 0).map((c) => (
              <div key={c.id}>
                <dt>{c.label(t)}</dt>
                <dd>
                  <kbd>{keyText(c.keys[0])}</kbd>
                </dd>
              </div>
            ))}
            {group === 'edit' && (
              <div>
                <dt>{t.commands.leave}</dt>
                <dd>
                  <kbd>{t.help.leave}</kbd>
                </dd>
              </div>
            )}
          </dl>
        </section>
      ))}
      <label className={styles.switch}>
        <input type="checkbox" checked={singleKeys} onChange={(e) => set({ singleKeys: e.target.checked })} /> {t.help.singleKeys}
      </label>
    </Dialog>
  )
}
