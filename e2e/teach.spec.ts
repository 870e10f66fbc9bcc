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
