// Lessons from the first to the last step with the keyboard alone and without a network: read, guess, try, hints, the solution, the break switch,
// done, next. A sample in every run; `LESSONS=all npx playwright test lessons` goes through every lesson and challenge, `LESSONS=id,id` through some.
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, open, test } from './beeyard.ts'

test.use({ serviceWorkers: 'allow' })

const CONTENT = 'src/lessons/content'

interface Row {
  readonly id: string
  readonly title: string
  readonly guesses: readonly { readonly options: readonly string[]; readonly answer: string; readonly line: number }[]
  readonly breaks: number
}

const ROWS = readdirSync(CONTENT).map((id) => {
  const json = JSON.parse(readFileSync(`${CONTENT}/${id}/lesson.json`, 'utf8'))
  const [, title = ''] = /^# (.+)$/m.exec(readFileSync(`${CONTENT}/${id}/en.md`, 'utf8')) ?? []
  const shown = (json.steps as { predict?: string[]; breaks?: string[] }[]).flatMap((s) => s.predict ?? [])
  const guesses = shown.map((name) => {
    const p = (json.predict as { id: string; options?: string[]; answer: string; line?: number }[]).find((x) => x.id === name)
    return { options: p?.options ?? ['accepted', 'rejected'], answer: p?.answer ?? '', line: p?.line ?? 0 }
  })
  const breaks = (json.steps as { breaks?: string[] }[]).flatMap((s) => s.breaks ?? []).length
  const row: Row = { id, title: title.replaceAll('`', ''), guesses, breaks }
  return { ...row, order: `${json.kind === 'challenge' ? 1 : 0}.${json.track}.${String(json.order).padStart(2, '0')}` }
})
const COURSE: readonly Row[] = ROWS.toSorted((a, b) => (a.order < b.order ? -1 : 1))

/** One of each kind: packets, a guess with a line, maps and a break, several CPUs, a world of processes, a challenge. */
const SAMPLE = ['a-filter-in-the-kernel', 'read-a-packet-safely', 'count', 'two-cpus', 'profiler', 'fewest-instructions']

const wanted = process.env['LESSONS'] ?? ''
const chosen = wanted === 'all' ? COURSE : COURSE.filter((row) => (wanted === '' ? SAMPLE : wanted.split(',')).includes(row.id))

const column = (page: Page) => page.locator('[data-panel="lesson"]')
const WAIT = 120_000

interface Focus {
  readonly kind: 'radio' | 'number' | 'summary' | 'button' | 'other'
  readonly name: string
  readonly inColumn: boolean
  readonly shown: boolean
  readonly disabled: boolean
}

/** What has the focus, and whether one sees that it does. */
const focused = (page: Page): Promise<Focus> =>
  page.evaluate(() => {
    const e = document.activeElement
    if (!(e instanceof HTMLElement)) return { kind: 'other', name: '', inColumn: false, shown: true, disabled: false }
    const kind =
      e instanceof HTMLInputElement && (e.type === 'radio' || e.type === 'number')
        ? e.type
        : e.localName === 'summary' || e.localName === 'button'
          ? e.localName
          : 'other'
    const name = e instanceof HTMLInputElement ? e.value : (e.getAttribute('aria-label') ?? e.textContent ?? '')
    const shown = getComputedStyle(e).outlineStyle !== 'none'
    return { kind, name, inColumn: e.closest('[data-panel="lesson"]') !== null, shown, disabled: e.matches(':disabled') }
  })

/** Tab (or Shift+Tab) until something in the lesson's column answers to the name. */
async function tabTo(page: Page, name: RegExp, key = 'Tab', most = 150): Promise<void> {
  const seen: string[] = []
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(key)
    const at = await focused(page)
    seen.push(at.name.slice(0, 30))
    if (at.kind === 'button' && name.test(at.name)) {
      expect(at.shown, `the focus on ${at.name} is seen`).toBe(true)
      return
    }
  }
  throw new Error(`no ${name} in the tab order: ${seen.join(' | ')}`)
}

/** Down the column once: opens what can be opened and answers what is asked. */
async function read(page: Page, row: Row): Promise<void> {
  let asked = 0
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    if (!at.inColumn) break
    if (at.name !== '' || at.kind === 'number') expect(at.shown, `the focus on ${at.name.slice(0, 40)} is seen`).toBe(true)
    if (at.kind === 'summary') await page.keyboard.press('Enter')
    if (at.kind !== 'radio') continue
    const guess = row.guesses[asked++]
    await page.keyboard.press('Space')
    for (let k = 0; k < guess.options.indexOf(guess.answer); k++) await page.keyboard.press('ArrowDown')
    if (guess.line > 0 && guess.answer === 'rejected') {
      await page.keyboard.press('Tab')
      await page.keyboard.insertText(String(guess.line))
    }
    await page.keyboard.press('Enter')
    const answers = column(page).getByText('Right.', { exact: true })
    await expect(answers).toHaveCount(asked, { timeout: WAIT })
    // The form is gone and the answer has the focus: the next Tab goes on behind it.
    expect((await focused(page)).inColumn, 'the answer has the focus').toBe(true)
  }
  expect(asked, 'guesses that were asked for').toBe(row.guesses.length)
}

async function work(page: Page, row: Row): Promise<void> {
  const done = column(page).getByText('Done. Every check passes.')
  await expect(column(page).getByRole('heading', { level: 2, name: row.title, exact: true })).toBeFocused({ timeout: WAIT })
  await read(page, row)
  await expect(done).toHaveCount(0)
  // A first try of one's own, then back to the text.
  await page.keyboard.press('Alt+1')
  await expect(page.getByRole('textbox', { name: 'C source' })).toBeFocused()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.type('// a try\n')
  await expect(column(page).getByText('A solution is shown after a first try')).toHaveCount(0, { timeout: WAIT })
  await page.keyboard.press('Alt+L')
  await expect.poll(async () => (await focused(page)).inColumn).toBe(true)
  const hints = column(page).getByRole('region', { name: 'Hints' })
  for (let n = 1; (await hints.getByRole('button', { name: /^Show hint/ }).count()) > 0; n++) {
    // The column was left at its end; from a hint on, the next button lies ahead.
    await tabTo(page, new RegExp(`^Show hint ${n}`), n === 1 ? 'Shift+Tab' : 'Tab')
    await page.keyboard.press('Enter')
    await expect(hints.getByRole('listitem')).toHaveCount(n)
    await expect(hints.getByRole('listitem').last()).toBeFocused()
  }
  await tabTo(page, /^Show a solution/, (await hints.getByRole('listitem').count()) === 0 ? 'Shift+Tab' : 'Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await tabTo(page, /^Put it into the editor/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect((await focused(page)).name, 'the focus comes back to the button').toMatch(/^Show a solution/)
  await expect(done).toBeVisible({ timeout: WAIT })
  for (let n = 0; n < row.breaks; n++) await breakIt(page, n)
  await expect(done).toBeVisible({ timeout: WAIT })
}

/** The n-th switch: out, and back in. */
async function breakIt(page: Page, n: number): Promise<void> {
  const switches = column(page).getByRole('button', { name: /^(Take it out|Put it back)/ })
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press('Shift+Tab')
    if (await switches.nth(n).evaluate((e) => e === document.activeElement)) break
    expect((await focused(page)).inColumn, `switch ${n + 1} is reached`).toBe(true)
    // Past the beginning is the next one's place too.
  }
  await page.keyboard.press('Enter')
  await expect(column(page).getByText('It is out.')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(column(page).getByText('It is out.')).toHaveCount(0)
  // Back to the end, for whatever comes next.
  await tabTo(page, /^Show a solution/)
}

test('lessons by keyboard alone, without a network', async ({ page, context }) => {
  test.setTimeout(60_000 + chosen.length * 180_000)
  await open(page)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 })
  await context.setOffline(true)
  const begun = Date.now()
  for (const row of chosen) {
    const before = Date.now()
    await test.step(row.id, async () => {
      // From a lesson that is done the button leads to the next; else by way of the map.
      if (chosen.indexOf(row) > 0 && COURSE[COURSE.indexOf(row) - 1] === chosen[chosen.indexOf(row) - 1]) {
        await tabTo(page, /^Next: /, 'Shift+Tab')
      } else {
        await page.keyboard.press('Escape')
        await page.keyboard.press('Alt+L')
        if ((await column(page).count()) > 0) {
          await tabTo(page, /^All lessons/, 'Shift+Tab')
          await page.keyboard.press('Enter')
        }
        await expect(page.getByRole('heading', { name: 'Lessons', level: 2 })).toBeFocused()
        await tabTo(page, new RegExp(`^\\d*${row.title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
      }
      await page.keyboard.press('Enter')
      await work(page, row)
    })
    if (wanted !== '') console.log(`${row.id}: ${((Date.now() - before) / 1000).toFixed(1)} s`)
  }
  console.log(`${chosen.length} lessons by keyboard, offline: ${((Date.now() - begun) / 1000).toFixed(1)} s`)
})
