// What leaves the page: the file with a project in it, the QR code's squares, the line that goes with a link.
import { encode } from 'uqr'
import { expect, test } from 'vitest'
import type { BuildReport } from '../../engine/index.ts'
import { withProject } from './one-file.ts'
import { qrPicture, qrSvg } from './qr.ts'
import { summaryLine } from './summary.ts'
import { shareEn } from './texts.en.ts'

const FILE =
  '<title>Beeyard</title><script type="text/plain" id="beeyard-project"></script><script type="text/plain" id="beeyard-parts">$&</script>'

test('a project takes the place of the one before', () => {
  const first = withProject(FILE, '1.abc-_', 'https://example.org/?a=1&b="2"', 'a<b')
  expect(first).toContain('data-home="https://example.org/?a=1&amp;b=&quot;2&quot;">1.abc-_</script>')
  expect(first).toContain('<title>a&lt;b · Beeyard</title>')
  const second = withProject(first, '1.other', '', 'c')
  expect(second).not.toContain('abc')
  expect(second.endsWith('id="beeyard-parts">$&</script>')).toBe(true)
})

test('what is no link, or no such file, is refused', () => {
  expect(() => withProject(FILE, '</script><script>alert(1)', '', '')).toThrow()
  expect(() => withProject('<title></title>', '1.a', '', '')).toThrow()
})

test('squares of a QR code are the code', () => {
  const picture = qrPicture('https://example.org/#1.abc')!
  const { data, size } = encode('https://example.org/#1.abc', { ecc: 'L', border: 4 })
  const dark = new Set<string>()
  for (const [, x, y, length] of picture.path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let i = 0; i < Number(length); i++) dark.add(`${Number(x) + i} ${y}`)
  const wanted = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`${x} ${y}`] : [])))
  expect([...dark].sort()).toEqual(wanted.sort())
  expect([picture.size, picture.modules]).toEqual([size, size - 8])
  expect(qrSvg(picture)).toContain(`viewBox="0 0 ${size} ${size}"`)
  expect(qrPicture('x'.repeat(2954))).toBeUndefined()
})

test('a line says what Linux says and what became of the packets', () => {
  const report = (verdict: string, more: object = {}): BuildReport =>
    ({
      programs: [{ verdict: { verdict, processed: 52, message: 'invalid access' } }],
      notRun: '',
      passed: 35,
      dropped: 5,
      ...more,
    }) as never
  const line = (r: BuildReport | undefined) => summaryLine(r, 0, 'a.c', shareEn.says)
  expect(line(report('accepted'))).toBe('a.c: accepted by Linux after 52 instructions; 35 passed, 5 dropped')
  expect(line(report('rejected', { notRun: 'rejected' }))).toBe('a.c: rejected by Linux: invalid access')
  expect(line(report('unsupported'))).toBe('a.c: not simulated yet')
  expect(line({ programs: [] } as never)).toBe('a.c: does not compile')
  expect(line(undefined)).toBe('a.c')
})
