// One register as a picture: number line, bits, region; and the instructions that made and narrowed its value, each a button.
import type { StepView } from '../../../engine/index.ts'
import type { ValueView } from '../../../verifier/index.ts'
import { useT } from '../../i18n/index.ts'
import { PictureMenu } from '../../ui/PictureMenu.tsx'
import { numberText } from '../verify/select.ts'
import styles from './Picture.module.css'
import { bitsOf, knownBits, regionOf, type Segment, signedSegment, TICKS, unsignedSegment } from './select.ts'

interface Props {
  readonly name: string
  readonly value: ValueView
  readonly causes: StepView['origins'][number]['causes']
  readonly onCause: (step: number, insn: number) => void
}

export function Picture({ name, value, causes, onCause }: Props) {
  const t = useT()
  const isPointer = value.kind !== 'scalar'
  return (
    <section className={styles.picture} data-picture="" aria-label={t.value.label(name)}>
      <p className={styles.title}>
        <strong>{name}</strong> <code>{value.text}</code>
        <PictureMenu name={`register-${name.toLowerCase()}`} of="[data-picture]" />
      </p>
      {isPointer && <Region value={value} />}
      {(!isPointer || value.varOff.mask !== 0n) && <NumberLine value={value} />}
      {(!isPointer || value.varOff.mask !== 0n) && <Bits value={value} />}
      <Causes causes={causes} onCause={onCause} />
    </section>
  )
}

function NumberLine({ value }: { readonly value: ValueView }) {
  const t = useT()
  const signed = `${numberText(value.smin)} … ${numberText(value.smax)}`
  const unsigned = `${numberText(value.umin)} … ${numberText(value.umax)}`
  return (
    <div className={styles.line}>
      <Bar label={t.value.signed} text={signed} segment={signedSegment(value)} kind="signed" />
      <Bar label={t.value.unsigned} text={unsigned} segment={unsignedSegment(value)} kind="unsigned" />
      <div className={styles.ticks} aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick.text} style={{ left: `${tick.at * 100}%` }}>
            {tick.text}
          </span>
        ))}
      </div>
    </div>
  )
}

function Bar({
  label,
  text,
  segment,
  kind,
}: {
  readonly label: string
  readonly text: string
  readonly segment: Segment
  readonly kind: 'signed' | 'unsigned'
}) {
  return (
    <div className={styles.bar}>
      <span className={styles.barLabel}>
        {label} <code>{text}</code>
      </span>
      <div className={styles.track} aria-hidden="true">
        <span className={styles.zero} />
        <span
          className={styles.segment}
          data-kind={kind}
          style={{ left: `${segment.from * 100}%`, width: `max(3px, ${(segment.to - segment.from) * 100}%)` }}
        />
      </div>
    </div>
  )
}

function Bits({ value }: { readonly value: ValueView }) {
  const t = useT()
  const { known, lowZeros } = knownBits(value.varOff)
  const bits = bitsOf(value.varOff)
  return (
    <div>
      <p className={styles.caption}>
        {t.value.bits(known)}
        {lowZeros > 0 && lowZeros < 64 && `, ${t.value.multiple(String(2 ** lowZeros))}`}
      </p>
      <div className={styles.bits} role="img" aria-label={t.value.bitsLabel(bits.join(''))}>
        {bits.map((bit, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bit is its place
          <span key={i} data-bit={bit} data-nibble={i % 8 === 0 && i > 0 ? '' : undefined}>
            {bit}
          </span>
        ))}
      </div>
    </div>
  )
}

function Region({ value }: { readonly value: ValueView }) {
  const t = useT()
  const region = regionOf(value)
  if (!region) return null
  const where = region.low === region.high ? String(region.low) : `${region.low} … ${region.high}`
  return (
    <div>
      <p className={styles.caption}>
        {t.value.region(value.map ?? value.kind)}: {t.value.proven(region.provenBytes)}, {t.value.pointsAt(where)}
      </p>
      <div className={styles.region} aria-hidden="true">
        <span
          className={styles.proven}
          style={{ left: `${region.proven.from * 100}%`, width: `${(region.proven.to - region.proven.from) * 100}%` }}
        />
        <span
          className={styles.pointer}
          style={{ left: `${region.pointer.from * 100}%`, width: `max(4px, ${(region.pointer.to - region.pointer.from) * 100}%)` }}
        />
      </div>
      <div className={styles.ends} aria-hidden="true">
        <span>{region.start}</span>
        <span>{region.end}</span>
      </div>
    </div>
  )
}

function Causes({ causes, onCause }: Pick<Props, 'causes' | 'onCause'>) {
  const t = useT()
  if (causes.length === 0) return null
  return (
    <div>
      <p className={styles.caption}>{t.value.cameAbout}</p>
      <ol className={styles.causes} reversed>
        {causes.map((c) => (
          <li key={`${c.step} ${c.register} ${c.kind}`}>
            <button type="button" data-kind={c.kind} onClick={() => onCause(c.step, c.insn)}>
              <span>{t.verify.cause[c.kind]}</span>
              <code>{`${c.insn}`}</code>
              <code>{`${c.register}=${c.believed}`}</code>
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}
