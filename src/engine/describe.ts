// Addresses as people read them: "packet +14", "fp-8", "counts[6] +8", "ctx", "map counts". In: a kernel and a 64-bit address as a (hi, lo)
// pair. Out: '' for what points nowhere.
import { hex, s64, u64 } from '../base/index.ts'
import { describeAddress, type Kernel } from '../kernel/index.ts'

export function describePlace(kernel: Kernel, hi: number, lo: number): string {
  const place = describeAddress(kernel, hi, lo)
  if (!place) return ''
  const distance = place.offset < 0 ? String(place.offset) : `+${place.offset}`
  switch (place.kind) {
    case 'map':
      return `map ${place.name}`
    case 'stack':
      return `${place.name.replace('stack ', '')}${place.offset === 0 ? '' : distance}`
    case 'packet':
      return `${place.name} ${distance}`
    default:
      return place.offset === 0 ? place.name : `${place.name} ${distance}`
  }
}

/** A register's value: its place where it points to one, else the number. */
export function valueText(kernel: Kernel, hi: number, lo: number): string {
  const place = describePlace(kernel, hi, lo)
  if (place !== '') return place
  const n = s64(hi, lo)
  return n > -65536n && n < 65536n ? String(n) : hex(u64(hi, lo))
}
