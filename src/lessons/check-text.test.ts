// What a check asks for and what it found, in the words of the lesson that made it.
import { expect, test } from 'vitest'
import { inWordsLike, plainWords } from './bytes.ts'
import { checkText, foundText } from './check-text.ts'

const record = { kind: 'record', map: 'events', index: 0, hex: '0a00000150003600', words: { hex: 'ip:10.0.0.1 u16:80 u16:54' } } as const

test('bytes are said in the words that they were written in', () => {
  expect(plainWords('ip:10.0.0.1')).toBe('10.0.0.1')
  expect(plainWords('0a000001')).toBe('0a000001')
  expect(checkText(record).en).toBe('Record 1 of `events` holds `10.0.0.1, u16 80, u16 54`')
  expect(checkText({ kind: 'map', map: 'm', key: '06000000', number: 2, words: { key: '6' } }).ko).toContain('`6`')
  expect(checkText({ kind: 'packets', node: 'r4', what: 'dropped', place: 'eth0', why: 'xdp', atMost: 0 }).ko).toBe(
    '`r4:eth0`에서 폐기된 패킷(`xdp`): 0개',
  )
  expect(checkText({ kind: 'map', map: 'm', key: '00000000', number: 1, offset: 48, size: 8, words: { key: '0' } }).en).toBe(
    '`m` counts 1 under `0`, at byte 48',
  )
  expect(checkText({ kind: 'note', node: 'thief', text: '200', count: 0 }).ko).toBe('`thief`의 요청 중 결과가 `200`인 것이 없습니다')
  expect(checkText({ kind: 'no-entry', map: 'm', key: '06000000' }).en).toBe('`m` has no entry `06000000`')
})

test('and so are those that were found', () => {
  expect(foundText(record, '0a00000200503600').en).toBe('10.0.0.2, u16 20480, u16 54')
  expect(foundText(record, '0a0000').en).toBe('0a0000')
  expect(foundText(record, 'no record').ko).toBe('그런 레코드가 없습니다')
  expect(foundText({ kind: 'answered-at-least', percent: 90 }, '3 of 10').ko).toBe('10개 중 3개')
  expect(inWordsLike('mac:02:00:00:00:00:01 port:80 zeros:2', '020000000002005000ff')).toBe('02:00:00:00:00:02, port 80, 00ff')
})
