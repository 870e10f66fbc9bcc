// What a condition asks for, in words. One sentence a kind and language, so that no lesson writes them by hand and none says less than is checked.
import { never } from '../base/index.ts'
import { inWordsLike, plainWords } from './bytes.ts'
import { NOTHING } from './evidence.ts'
import type { Text, Worded } from './types.ts'

export function checkText(c: Worded): Text {
  const hex = code(c.words?.['hex'] === undefined ? ('hex' in c ? c.hex : '') : plainWords(c.words['hex']))
  const key = code(c.words?.['key'] === undefined ? String('key' in c ? c.key : '') : plainWords(c.words['key']))
  switch (c.kind) {
    case 'compiles':
      return { en: 'It compiles', ko: '컴파일됩니다' }
    case 'accepted':
      return {
        en: `Linux accepts ${named(c.program, 'the program')}`,
        ko: `Linux가 ${c.program ? `\`${c.program}\` 프로그램을` : '프로그램을'} 받아들입니다`,
      }
    case 'rejected':
      return {
        en: `Linux rejects ${named(c.program, 'the program')}: ${code(c.message)}`,
        ko: `Linux가 ${c.program ? `\`${c.program}\` 프로그램을` : '프로그램을'} 거부합니다: ${code(c.message)}`,
      }
    case 'gets-past':
      return { en: `The verifier gets past ${code(c.text)}`, ko: `검증기가 ${code(c.text)} 코드를 지나갑니다` }
    case 'verdict':
      return { en: `Packet ${c.packet + 1} gets ${code(c.verdict)}`, ko: `${c.packet + 1}번 패킷의 결과: ${code(c.verdict)}` }
    case 'verdicts':
      return {
        en: `The packets get, in order, ${c.verdicts.map(code).join(' ')}`,
        ko: `패킷별 결과가 차례로 ${c.verdicts.map(code).join(' ')}`,
      }
    case 'bytes':
      return {
        en: `Packet ${c.packet + 1} holds ${hex} at byte ${c.offset} afterwards`,
        ko: `실행 뒤 ${c.packet + 1}번 패킷의 ${c.offset}번째 바이트부터: ${hex}`,
      }
    case 'length':
      return {
        en: `Packet ${c.packet + 1} is ${c.bytes} bytes long afterwards`,
        ko: `실행 뒤 ${c.packet + 1}번 패킷의 길이: ${c.bytes}바이트`,
      }
    case 'map':
      return {
        en: `${code(c.map)} counts ${c.number} under ${key}${c.offset === undefined ? '' : `, at byte ${c.offset}`}`,
        ko: `${code(c.map)} 맵에서 키 ${key} 값${c.offset === undefined ? '이' : `의 ${c.offset}번째 바이트부터`} ${c.number}`,
      }
    case 'map-value':
      return {
        en: `${code(c.map)} holds ${hex} under ${key}`,
        ko: `${code(c.map)} 맵에서 키 ${key} 값이 ${hex}`,
      }
    case 'no-entry':
      return { en: `${code(c.map)} has no entry ${key}`, ko: `${code(c.map)} 맵에 키 ${key} 항목이 없습니다` }
    case 'map-entries':
      return { en: `${code(c.map)} has ${plural(c.count, 'entry', 'entries')}`, ko: `${code(c.map)} 맵의 항목이 ${c.count}개` }
    case 'records':
      return {
        en: `User space receives ${plural(c.count, 'record')} from ${code(c.map)}`,
        ko: `사용자 공간이 ${code(c.map)} 맵에서 레코드 ${c.count}개를 받습니다`,
      }
    case 'record':
      return {
        en: `Record ${c.index + 1} of ${code(c.map)} holds ${hex}${c.offset ? ` at byte ${c.offset}` : ''}`,
        ko: `${code(c.map)} 맵의 ${c.index + 1}번 레코드${c.offset ? `의 ${c.offset}번째 바이트부터` : ''}: ${hex}`,
      }
    case 'printk':
      return { en: `The trace pipe shows ${code(c.text)}`, ko: `trace_pipe에 ${code(c.text)} 내용이 보입니다` }
    case 'printk-lines':
      return { en: `The trace pipe shows ${plural(c.count, 'line')}`, ko: `trace_pipe에 ${c.count}줄이 보입니다` }
    case 'shown':
      return c.count === undefined
        ? { en: `User space shows ${code(c.text)}`, ko: `사용자 공간에 ${code(c.text)} 내용이 보입니다` }
        : {
            en: `User space shows ${code(c.text)} in ${plural(c.count, 'line')}`,
            ko: `사용자 공간에 ${code(c.text)} 내용이 ${c.count}줄 보입니다`,
          }
    case 'world':
      return c.count === 0
        ? { en: `It never happens: ${code(c.fact)}`, ko: `일어나지 않습니다: ${code(c.fact)}` }
        : {
            en: `It happens ${c.count === 1 ? 'once' : `${c.count} times`}: ${code(c.fact)}`,
            ko: `${c.count}번 일어납니다: ${code(c.fact)}`,
          }
    case 'alerts':
      return {
        en: `${code(c.map)} names every process of ${c.facts.map(code).join(', ')}${c.false === undefined ? '' : c.false === 0 ? ', and no other' : `, and at most ${c.false} others`}`,
        ko: `${code(c.map)} 맵이 ${c.facts.map(code).join(', ')}의 프로세스를 모두 알립니다${c.false === undefined ? '' : c.false === 0 ? ' (다른 알림은 없습니다)' : ` (다른 알림은 ${c.false}개 이하)`}`,
      }
    case 'percentiles':
      return {
        en: `Percentiles ${c.of.join(', ')} of ${code(c.map)} equal the true times from ${code(c.from)} to ${code(c.to)}`,
        ko: `${code(c.map)} 맵의 백분위수 ${c.of.join(', ')}가 ${code(c.from)}부터 ${code(c.to)}까지의 실제 시간과 같습니다`,
      }
    case 'race':
      return {
        en: `On ${c.cpus} CPUs at once, whatever turns they take, ${code(c.map)} holds ${c.number} under ${key}`,
        ko: `CPU ${c.cpus}개에서 동시에 어떤 순서로 실행해도 ${code(c.map)} 맵에서 키 ${key} 값이 ${c.number}`,
      }
    case 'instructions-at-most':
      return {
        en: `${named(c.program, 'The program')} has at most ${plural(c.count, 'instruction')}`,
        ko: `${c.program ? `\`${c.program}\` 프로그램이` : '프로그램이'} 명령어 ${c.count}개 이하입니다`,
      }
    case 'steps-at-most':
      return { en: `The verifier looks at ${plural(c.count, 'instruction')} at most`, ko: `검증기가 보는 명령어가 ${c.count}개 이하입니다` }
    case 'executed-at-most':
      return {
        en: `All runs together take ${plural(c.count, 'instruction')} at most`,
        ko: `실행한 명령어가 모두 합쳐 ${c.count}개 이하입니다`,
      }
    case 'note': {
      const of = c.node === undefined ? { en: '', ko: '' } : { en: ` of ${code(c.node)}`, ko: `${code(c.node)}의 ` }
      if (c.count === 0)
        return { en: `No request${of.en} ends with ${code(c.text)}`, ko: `${of.ko}요청 중 결과가 ${code(c.text)}인 것이 없습니다` }
      return {
        en: `${c.count === undefined ? 'A request' : plural(c.count, 'request')}${of.en} ${c.count === undefined || c.count === 1 ? 'ends' : 'end'} with ${code(c.text)}`,
        ko: `${of.ko}요청 ${c.count === undefined ? '하나 이상' : `${c.count}개`}의 결과가 ${code(c.text)}`,
      }
    }
    case 'answered-at-least':
      return {
        en: `At least ${c.percent}% of the requests${c.node ? ` of ${code(c.node)}` : ''} are answered${c.withinMs === undefined ? '' : ` within ${c.withinMs} ms`}`,
        ko: `${c.node ? `${code(c.node)}의 ` : ''}요청 중 ${c.percent}% 이상이 ${c.withinMs === undefined ? '' : `${c.withinMs}ms 안에 `}응답을 받습니다`,
      }
    case 'packets': {
      const place = code(c.place === undefined ? c.node : `${c.node}:${c.place}`)
      const what = code(c.why === undefined ? c.what : `${c.what} ${c.why}`)
      const did = `${Object.hasOwn(DID, c.what) ? DID[c.what] : `${code(c.what)}인`} 패킷${c.why === undefined ? '' : `(${code(c.why)})`}`
      return {
        en: `Packets ${what} at ${place}${span(c.fromMs, c.toMs).en}: ${range(c.atLeast, c.atMost).en}`,
        ko: `${place}에서 ${did}${span(c.fromMs, c.toMs).ko}: ${range(c.atLeast, c.atMost).ko}`,
      }
    }
    case 'moved-at-most':
      return {
        en: `At most ${c.percent}% of the flows move to another destination`,
        ko: `다른 목적지로 옮겨 가는 흐름이 ${c.percent}% 이하입니다`,
      }
    case 'uses':
      return { en: `The source has ${code(c.text)}`, ko: `소스에 ${code(c.text)} 코드가 있습니다` }
    case 'avoids':
      return { en: `The source does without ${code(c.text)}`, ko: `소스에 ${code(c.text)} 코드가 없습니다` }
    default:
      return never(c)
  }
}

/** What became of packets, in the words of the world's log. */
const DID: Readonly<Record<string, string>> = {
  sent: '송신한',
  arrived: '도착한',
  passed: '통과한',
  dropped: '폐기된',
  redirected: '리다이렉트된',
  rewritten: '수정된',
  forwarded: '전달된',
  delivered: '소켓에 도달한',
  answered: '응답한',
}

const code = (text: string): string => `\`${text}\``
const named = (program: string | undefined, otherwise: string): string => (program ? code(program) : otherwise)
const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

function range(least = 0, most?: number): Text {
  if (most === undefined) return { en: `at least ${least}`, ko: `${least}개 이상` }
  if (most === least) return { en: String(most), ko: `${most}개` }
  return least === 0 ? { en: `at most ${most}`, ko: `${most}개 이하` } : { en: `${least} to ${most}`, ko: `${least}~${most}개` }
}

function span(from?: number, to?: number): Text {
  if (from === undefined && to === undefined) return { en: '', ko: '' }
  if (to === undefined) return { en: ` from ${from} ms on`, ko: ` (${from} ms부터)` }
  return { en: ` from ${from ?? 0} to ${to} ms`, ko: ` (${from ?? 0}~${to} ms)` }
}

const FOUND: Readonly<Record<string, Text>> = {
  [NOTHING]: { en: 'nothing ran', ko: '실행되지 않았습니다' },
  errors: { en: 'it does not compile', ko: '컴파일되지 않습니다' },
  missing: { en: 'it is not there', ko: '없습니다' },
  there: { en: 'it is there', ko: '있습니다' },
  'no record': { en: 'there is no such record', ko: '그런 레코드가 없습니다' },
  'no entry': { en: 'there is no such entry', ko: '그런 항목이 없습니다' },
  'no such map': { en: 'there is no such map', ko: '그런 맵이 없습니다' },
  'no such view': { en: 'there is no such view', ko: '그런 화면이 없습니다' },
  'nothing printed': { en: 'nothing is printed', ko: '출력이 없습니다' },
  'nothing shown': { en: 'nothing is shown', ko: '보이는 것이 없습니다' },
  'nothing in the log': { en: 'nothing is in the log', ko: '기록이 없습니다' },
}

/** What was found instead, in words; `found` as `judge` says it. */
export function foundText(c: Worded, found: string): Text {
  if (Object.hasOwn(FOUND, found)) return FOUND[found]
  const share = /^(\d+) of (\d+)$/.exec(found)
  if (share) return { en: found, ko: `${share[2]}개 중 ${share[1]}개` }
  const alerts = /^(\d+) \/ (\d+), \+(\d+)$/.exec(found)
  if (alerts) {
    const [, caught, of, others] = alerts
    return { en: `${caught} of ${of} named, and ${others} others`, ko: `${of}개 중 ${caught}개를 알렸고, 다른 알림 ${others}개` }
  }
  const like = c.words?.['hex']
  const words = (like !== undefined && inWordsLike(like, found)) || found
  return { en: words, ko: words }
}
