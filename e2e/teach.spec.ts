// Teaching from the page: a lesson of one's own, examined and tried; a lesson that lies on the page's server; a second window for the audience.
import { newLesson } from '../src/lessons/new-lesson.ts'
import { expect, open, position, setCode, strip, test } from './beeyard.ts'

test('a lesson is written, examined and tried', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Lessons' }).click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Write a lesson' }).click()
  await page.getByRole('button', { name: 'Examine' }).click()
  await expect(page.getByText('Everything that this lesson claims is true.')).toBeVisible({ timeout: 20_000 })
  await page.getByRole('navigation', { name: 'Files of the lesson' }).getByRole('button', { name: 'solution/prog.c' }).click()
  const source = page.getByRole('textbox', { name: 'solution/prog.c' })
  await source.fill((await source.inputValue()).replace('XDP_DROP', 'XDP_PASS'))
  await page.getByRole('button', { name: 'Examine' }).click()
  await expect(page.getByText('the solution fails dropped', { exact: false })).toBeVisible({ timeout: 20_000 })
  await page.getByRole('navigation', { name: 'Files of the lesson' }).getByRole('button', { name: 'en.md' }).click()
  await page.getByRole('textbox', { name: 'en.md' }).fill('# Bees <b>first</b>\n\nOne idea.\n')
  await expect(page.getByRole('region', { name: 'As learners read it' })).toContainText('Bees <b>first</b>')
  await page.getByRole('button', { name: 'Try it' }).click()
  await expect(page.getByRole('complementary', { name: 'Lesson' })).toContainText('One idea.')
  await page.reload()
  await page.getByRole('button', { name: 'Lessons' }).click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Write a lesson' }).click()
  await expect(page.getByRole('textbox', { name: 'en.md' })).toHaveValue(/Bees/)
})

test('a lesson that lies on the page’s server opens by its path, and what is none is told', async ({ page }) => {
  await page.route('**/course/mine.json', (route) => route.fulfill({ json: { files: newLesson('mine') } }))
  await page.route('**/course/bad.json', (route) => route.fulfill({ json: { files: { '../x': 'a' } } }))
  await page.goto('#lesson-file=course/mine.json')
  await expect(page.getByRole('complementary', { name: 'Lesson' })).toContainText('What this lesson is about')
  await page.goto('about:blank')
  await page.goto('./#lesson-file=course/bad.json')
  await expect(page.getByRole('alert').filter({ hasText: 'course/bad.json' })).toBeVisible()
})

test('a second window shows the audience what the first one does', async ({ page, context }) => {
  await open(page)
  await page.getByRole('button', { name: 'Arrange the page' }).click()
  const [second] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('button', { name: 'Second window for the audience' }).click(),
  ])
  await expect(strip(second)).toContainText('accepted', { timeout: 30_000 })
  await expect(second.locator('html')).toHaveAttribute('data-size', 'large')
  await page.keyboard.press('F11')
  await page.keyboard.press('F11')
  await expect(position(second)).toContainText('step 2 of')
  await setCode(page, 'int broken')
  await expect(strip(second)).toContainText('1 error')
  await page.getByRole('tab', { name: 'Maps' }).click()
  await expect(second.locator('[data-panel="maps"], #panel-maps').first()).toBeVisible()
})

test('a workshop that was saved as a file is opened and changed', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Lessons' }).click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Make a workshop' }).click()
  const item = { kind: 'text', title: 'Before lunch', body: 'Read *this*.', notes: '' }
  const workshop = { version: 1, title: 'Of last year', items: [item], from: 0, until: 0 }
  const choose = async (name: string, text: string) => {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Open a file' }).click()
    await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
  }
  await choose('mine.json', '{}')
  await expect(page.getByText('mine.json is no workshop')).toBeVisible()
  await choose('year.json', JSON.stringify(workshop))
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveValue('Of last year')
  await expect(page.getByRole('textbox', { name: 'Text (Markdown)' })).toHaveValue('Read *this*.')
  await page.getByRole('combobox', { name: 'Choose a lesson' }).selectOption('count')
  await page.getByRole('button', { name: 'Add a lesson' }).click()
  await expect(page.getByRole('listitem')).toHaveCount(2)
  await page.getByRole('button', { name: 'Start anew' }).click()
  await expect(page.getByRole('listitem')).toHaveCount(0)
})

test('a program of the teacher opens in the workbench of a learner, and the way back is there', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page)
  await setCode(page, '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("xdp") int taught(void *ctx) { return XDP_DROP; }\n')
  await page.getByRole('button', { name: 'Lessons' }).click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('button', { name: 'Make a workshop' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Afternoon')
  await page.getByRole('button', { name: 'Add what is open in the workbench' }).click()
  await page.getByRole('textbox', { name: 'Text (Markdown)' }).fill('Why is **nothing** let through?')
  await page.getByRole('button', { name: 'Copy the link' }).click()
  await expect(page.getByText('Link copied')).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  const learner = await context.newPage()
  await learner.goto(link)
  await expect(learner.getByText('nothing', { exact: true })).toBeVisible({ timeout: 40_000 })
  await learner.getByRole('button', { name: 'Open in the workbench' }).click()
  await expect(learner.locator('.monaco-editor .view-lines')).toContainText('taught', { timeout: 40_000 })
  await learner.getByRole('button', { name: 'Lessons' }).click()
  await learner.getByRole('button', { name: 'To the workshop' }).click()
  await expect(learner.getByRole('heading', { name: 'Afternoon' })).toBeVisible()
})

test('a lesson in a frame comes with its text', async ({ page }) => {
  await page.goto('?embed#lesson=count')
  const lesson = page.getByRole('complementary', { name: 'Lesson' })
  await expect(lesson.getByRole('heading', { level: 2, name: 'Count' })).toBeVisible({ timeout: 40_000 })
  await expect(lesson.getByRole('button', { name: 'All lessons' })).toBeHidden()
  await page.setViewportSize({ width: 500, height: 480 })
  await expect(lesson).toBeVisible()
  await page.getByRole('tab', { name: 'Code' }).click()
  await expect(lesson).toBeHidden()
  await expect(page.locator('.monaco-editor .view-line').first()).toBeAttached()
})
