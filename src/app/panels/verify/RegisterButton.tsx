// A register's name in a table of a state: opens and closes its picture.
import { useT } from '../../i18n/index.ts'
import styles from './RegisterButton.module.css'

interface Props {
  readonly name: string
  /** The register whose picture is open, -1 where none. */
  readonly register: number
  readonly onOpen: (register: number) => void
}

export function RegisterButton({ name, register, onOpen }: Props) {
  const t = useT()
  const own = Number(name.slice(1))
  const isOpen = own === register
  return (
    <button
      type="button"
      className={styles.register}
      aria-expanded={isOpen}
      aria-label={t.value.show(name)}
      onClick={() => onOpen(isOpen ? -1 : own)}
    >
      {name}
    </button>
  )
}
