// The machine before its next instruction: what happened last, registers, stack, packet.
import { lazy, Suspense, useDeferredValue } from 'react'
import type { MachineView } from '../../../engine/index.ts'
import { useT } from '../../i18n/index.ts'
import { Chip } from '../../ui/Chip.tsx'
import section from '../Section.module.css'
import { PacketBytes } from './PacketBytes.tsx'
import styles from './Panel.module.css'
import { Registers } from './Registers.tsx'
import { Stack } from './Stack.tsx'

const Watches = lazy(async () => ({ default: (await import('../debug/Watches.tsx')).Watches }))

export function Machine({ machine }: { readonly machine: MachineView }) {
  const t = useT()
  // Where one is and the registers are drawn with the move; what is larger comes a moment later, so that no single frame of a drag takes long.
  const { stack, packet, packetHex, packetMarks, packetTouched, layers } = useDeferredValue(machine)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div className={`${section.scroll} ${styles.machine}`} tabIndex={0} role="group" aria-label={t.panels.run}>
      <p className={styles.did} role="status">
        <Did machine={machine} />
      </p>
      <Suspense>
        <Watches />
      </Suspense>
      <div className={styles.columns}>
        <Registers registers={machine.registers} />
        <Stack slots={stack} />
        <PacketBytes packet={packet} packetHex={packetHex} packetMarks={packetMarks} packetTouched={packetTouched} layers={layers} />
      </div>
    </div>
  )
}

function Did({ machine }: { readonly machine: MachineView }) {
  const t = useT()
  if (machine.fault !== '') {
    return (
      <>
        <Chip tone="warn">{t.run.fault}</Chip> {t.run.faulted(machine.fault)}
      </>
    )
  }
  const where = machine.frames.length > 1 ? ` ${t.run.frames(machine.frames.join(' › '))}` : ''
  if (machine.pc < 0) {
    return (
      <>
        <Chip tone="info">{t.run.finished(machine.verdict)}</Chip> <code className={styles.didText}>{machine.did}</code>
      </>
    )
  }
  return (
    <>
      {machine.did === '' ? <span className={section.muted}>{t.run.atStart}</span> : <code className={styles.didText}>{machine.did}</code>}
      {machine.branch === '' ? null : <Chip tone="info">{t.run.branch[machine.branch]}</Chip>}
      <span className={section.muted}>{where}</span>
    </>
  )
}
