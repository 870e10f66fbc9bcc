import { expect, test } from 'vitest'
import { embedCode, readEmbed, wholeAddress } from './embed.ts'

test('what is shown stands in the address, in the page’s own order', () => {
  expect(readEmbed('')).toBeUndefined()
  expect(readEmbed('?embed')).toEqual({ panels: ['code', 'run'], readOnly: false, follows: false })
  expect(readEmbed('?embed=run,code,<script>&readonly')).toEqual({ panels: ['code', 'run'], readOnly: true, follows: false })
  expect(readEmbed('?embed=verify')).toEqual({ panels: ['verify'], readOnly: false, follows: false })
  expect(readEmbed('?embed=code&follow=0a1b2c3d')?.follows).toBe(true)
  expect(readEmbed('?embed=code&follow=../x')?.follows).toBe(false)
})

test('the code for a frame holds the work and quotes what it is given', () => {
  const code = embedCode('https://bee.example/x/#1.abc', { panels: ['code', 'verify'], readOnly: true }, 'a "b" <c>')
  expect(code).toContain('src="https://bee.example/x/?embed=code,verify&amp;readonly#1.abc"')
  expect(code).toContain('title="a &quot;b&quot; &lt;c>"')
  expect(wholeAddress('https://bee.example/x/?embed=code#1.abc')).toBe('https://bee.example/x/#1.abc')
})
