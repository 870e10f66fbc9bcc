// A text that is cut back and limited is what a plain string would be.
import { expect, test } from 'vitest'
import { random } from '../domain/testing.ts'
import { append, cutBack, finishText, LOG_SIZE, newLogText } from './text.ts'

test('appending and cutting back are those of a string', () => {
  const rnd = random(5)
  const text = newLogText()
  let plain = ''
  for (let i = 0; i < 40_000; i++) {
    if (rnd() < 0.02) {
      const end = Math.max(0, plain.length - Math.floor(rnd() * (rnd() < 0.05 ? plain.length : 60)))
      cutBack(text, end)
      plain = plain.slice(0, end)
    } else {
      const piece = 'line '.repeat(Math.floor(rnd() * 4)) + i
      append(text, piece)
      plain += piece
    }
    expect(text.end).toBe(plain.length)
  }
  expect(finishText(text)).toEqual({ text: plain, start: 0 })
})

test('of a text that is too long the end is kept', () => {
  const text = newLogText()
  const line = 'x'.repeat(1000)
  const count = 40_000
  for (let i = 0; i < count; i++) append(text, line)
  append(text, 'the end')
  const { text: kept, start } = finishText(text)
  expect(kept.length).toBe(LOG_SIZE)
  expect(start).toBe(count * line.length + 7 - LOG_SIZE)
  expect(kept.endsWith('xthe end')).toBe(true)
  cutBack(text, 10)
  expect(finishText(text).text).toBe('')
})
