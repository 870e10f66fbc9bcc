// An entry of the world's log in words. Pure.
import type { WorldEvent } from '../../../engine/index.ts'
import type { Messages } from '../../i18n/index.ts'

export function eventText(event: WorldEvent, t: Messages['world']): string {
  switch (event.kind) {
    case 'packet':
      return [t.packet(event.packet + 1), t.did[event.what], event.place, event.why && `(${event.why})`].filter(Boolean).join(' ')
    case 'syscall':
      return `${event.comm}(${event.pid}) ${event.name}(${event.args.join(', ')}) = ${event.result}`
    case 'process':
      return `${event.comm}(${event.pid}) ${t.process[event.what]}`
    case 'map':
      return t.wrote[event.what](event.map)
    case 'note':
      return event.text
  }
}
