// Learning and teaching: a whole lesson with the keyboard alone, a workshop from its making to the gradebook, a forged hand-in.
import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { editing, expect, setCode, test } from './beeyard.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

const column = (page: Page) => page.locator('[data-panel="lesson"]')

async function openLesson(page: Page, id: string): Promise<void> {
  await page.goto(`#lesson=${id}`)
  await expect(column(page).getByRole('heading', { level: 2 })).toBeVisible({ timeout: 40_000 })
}

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: RegExp, key = 'Tab', most = 40): Promise<void> {
  for (let i = 0; i < most; i++) {
    const focused = await page.evaluate(() => {
      const e = document.activeElement
      const label = e instanceof HTMLInputElement ? (e.labels?.[0]?.textContent ?? e.value) : ''
      return `${e?.getAttribute('aria-label') ?? ''} ${label} ${e?.textContent ?? ''}`
    })
    if (name.test(focused)) return
    await page.keyboard.press(key)
  }
  throw new Error(`no ${name} in the tab order`)
}

test('a lab in a world of processes: a figure is guessed, the world is watched, done', async ({ page }) => {
  await openLesson(page, 'profiler')
  await expect(column(page).getByText('User space shows').first()).toBeVisible()
  await column(page).getByRole('radio', { name: '3', exact: true }).check()
  await column(page).getByRole('button', { name: 'Answer' }).click()
  await expect(column(page).getByText('Not quite (you said 3): it is 0.')).toBeVisible({ timeout: 40_000 })
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(readFileSync('src/lessons/content/profiler/solution/profiler.bpf.c', 'utf8'))
  await expect(column(page).getByText('Done. Every check passes.')).toBeVisible({ timeout: 40_000 })
})

test('a lesson by keyboard alone: guess, mend, break, done, next', async ({ page }) => {
  await openLesson(page, 'hello-xdp')
  await tabTo(page, /XDP_PASS/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(column(page).getByText('Right.')).toBeVisible()
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(
    '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int hello(struct xdp_md *ctx)\n{\nlong size = ctx->data_end - ctx->data;\nreturn size > 500 ? XDP_DROP : size < 60 ? XDP_TX : XDP_PASS;\n}\nchar LICENSE[] SEC("license") = "GPL";\n',
  )
  await expect(column(page).getByText('Done. Every check passes.')).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Escape')
  await tabTo(page, /Next: Read/, 'Shift+Tab', 80)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#lesson=read-a-packet-safely/)
  await tabTo(page, /All lessons/, 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /Hello, XDP.*done/ })).toBeVisible()
})

test('a lesson waits for a guess, keeps the text over a reload and leaves own work alone', async ({ page }) => {
  await openLesson(page, 'read-a-packet-safely')
  await expect(page.getByText('guess first')).toBeVisible()
  await column(page).getByLabel('Rejected').first().check()
  await column(page).getByRole('spinbutton').fill('17')
  await column(page).getByRole('button', { name: 'Answer' }).first().click()
  await expect(column(page).getByText('Right.')).toBeVisible()
  await expect(page.getByText('guess first')).toHaveCount(0)
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.insertText('// mine\n')
  await page.waitForTimeout(600)
  await page.reload()
  await expect(column(page).getByText('Right.')).toBeVisible({ timeout: 40_000 })
  await expect(page.locator('.monaco-editor .view-line', { hasText: '// mine' })).toBeVisible({ timeout: 40_000 })
  await column(page).getByRole('button', { name: 'To my own work' }).click()
  await expect(page.getByText('first_steps.c').first()).toBeVisible()
})

test('more happens in a lab at the push of a switch, and one sees what came of it', async ({ page }) => {
  await openLesson(page, 'cilium-endpoints')
  const play = column(page).getByRole('region', { name: 'Deploy a pod' })
  await play.getByRole('button', { name: 'Let it happen' }).click()
  await expect(play.getByText('It happened.')).toBeVisible({ timeout: 40_000 })
  await expect(play.getByText('now: 5')).toBeVisible()
  const node = page.getByRole('region', { name: 'n1', exact: true })
  await expect(node.getByText('veth-mail', { exact: true })).toBeVisible()
  await editing(page)
  await setCode(page, readFileSync('src/lessons/content/cilium-endpoints/solution/lxc.c', 'utf8'))
  await expect(play.getByText('now: 0')).toBeVisible({ timeout: 40_000 })
  await play.getByRole('button', { name: 'Take it back' }).click()
  await expect(node.getByText('veth-mail', { exact: true })).toHaveCount(0)
  await expect(column(page).getByText('Done. Every check passes.')).toBeVisible({ timeout: 40_000 })
})

test('lessons, map and gradebook are clean for axe', async ({ page }) => {
  await openLesson(page, 'count')
  await expect(column(page).getByText(/\d of \d checks? pass/)).toBeVisible({ timeout: 20_000 })
  const scan = async () => {
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
    expect(violations.map((v) => `${v.id}: ${v.nodes[0]?.html}`)).toEqual([])
  }
  await scan()
  // A lab over a whole world, with a plot and a table in its text.
  await openLesson(page, 'cilium-services')
  await expect(column(page).getByText(/\d of \d checks? pass/)).toBeVisible({ timeout: 40_000 })
  await expect(
    column(page)
      .getByRole('row', { name: /^10,000/ })
      .locator('rect'),
  ).toHaveCount(2)
  await column(page).getByText('On a real machine').click()
  await expect(column(page).getByRole('columnheader', { name: 'Cilium' })).toBeVisible()
  await scan()
  await column(page).getByRole('button', { name: 'All lessons' }).click()
  await expect(page.getByRole('heading', { name: 'Lessons', level: 2 })).toBeVisible()
  await scan()
  await page.goto('#grades')
  await expect(page.getByRole('heading', { name: 'Gradebook' })).toBeVisible()
  await scan()
})

const SIX = ['hello-xdp', 'read-a-packet-safely', 'count', 'tell-user-space', 'null-and-map-values', 'loops']

test('a workshop of six lessons, forty hand-ins run again, a forged one found', async ({ page }) => {
  test.setTimeout(180_000)
  await page.goto('')
  await page.getByRole('button', { name: 'Lessons' }).click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Make a workshop' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('An afternoon of XDP')
  for (const id of SIX) {
    await page.getByRole('combobox', { name: 'Choose a lesson' }).selectOption(id)
    await page.getByRole('button', { name: 'Add a lesson' }).click()
  }
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  const { readFileSync } = await import('node:fs')
  const workshop = JSON.parse(readFileSync(await (await download).path(), 'utf8'))
  expect(workshop.items.map((i: { id: string }) => i.id)).toEqual(SIX)

  const mark = crc32(workshop.title + SIX.join(' '))
  const source = (id: string, folder: string) => {
    const root = `src/lessons/content/${id}`
    const { main } = JSON.parse(readFileSync(`${root}/lesson.json`, 'utf8'))
    return { path: main as string, text: readFileSync(`${root}/${folder}/${main}`, 'utf8') }
  }
  const handIns = Array.from({ length: 40 }, (_, n) => ({
    version: 1,
    workshop: mark,
    name: n === 39 ? 'Mallory' : `Learner ${n + 1}`,
    items: SIX.map((lesson) => ({
      lesson,
      files: [source(lesson, n === 39 ? 'start' : 'solution')],
      at: 1_700_000_000_000 + n,
      claims: true,
    })),
  }))
  await page.goto('#grades')
  await page
    .locator('input[type=file]')
    .setInputFiles([
      { name: 'workshop.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(workshop)) },
      ...handIns.map((h) => ({ name: `${h.name}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(h)) })),
    ])
  await expect(page.getByText('An afternoon of XDP: 40 hand-ins')).toBeVisible()
  await page.getByRole('button', { name: 'Run all again' }).click()
  const status = page.getByText(/All run again in [\d.]+ s/)
  await expect(status).toBeVisible({ timeout: 120_000 })
  console.log(`240 pieces: ${await status.textContent()}`)
  const csv = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  expect(readFileSync(await (await csv).path(), 'utf8')).toMatch(/^\ufeffname,lesson,/)
  const all = page.getByRole('region', { name: 'All learners' })
  await expect(all.getByRole('row', { name: /^Learner 1 6 of 6 done/ })).toBeVisible()
  await expect(all.getByRole('row', { name: /^Mallory 0 of 6 done/ })).toBeVisible()
  const pieces = page.getByRole('region', { name: 'Gradebook' })
  const row = (name: string) => pieces.getByRole('row', { name: new RegExp(`^${name} `) })
  await expect(row('Learner 1')).toHaveCount(6)
  await expect(row('Learner 7').getByText('claims to pass')).toHaveCount(0)
  await expect(row('Mallory').getByText('claims to pass and does not')).toHaveCount(6)
})

/** CRC-32 in base 36, as marks of workshops have it. */
function crc32(text: string): string {
  let c = 0xffffffff
  for (const byte of Buffer.from(text)) {
    c ^= byte
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  }
  return ((c ^ 0xffffffff) >>> 0).toString(36)
}
