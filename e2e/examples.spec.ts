// The gallery: search, open, and the work from before is not lost.
import { expect, open, setCode, strip, test, tiny } from './beeyard.ts'

test('an example opens, runs, and leaves the work from before among the earlier versions', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_TX'))
  await expect(strip(page)).toContainText('40 passed')
  await page.getByRole('button', { name: 'Examples' }).click()
  const dialog = page.getByRole('dialog', { name: 'Examples' })
  await expect(dialog.getByRole('listitem')).not.toHaveCount(0)
  await dialog.getByRole('searchbox').fill('ping')
  await expect(dialog.getByRole('listitem')).toHaveCount(1)
  await dialog.getByRole('listitem').getByRole('button').click()
  await expect(page.locator('[data-panel="code"]')).toContainText('answer_ping')
  await expect(strip(page)).toContainText('accepted')
  await page.getByRole('button', { name: 'File', exact: true }).click()
  await page
    .getByRole('menuitem', { name: /Earlier versions/ })
    .or(page.getByText('Earlier versions…'))
    .first()
    .click()
  await expect(page.getByRole('dialog', { name: 'Earlier versions' })).toContainText('first_steps.c')
})

test('an example that Linux rejects is explained', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Examples' }).click()
  await page.getByRole('button', { name: /A check that is too weak/ }).click()
  await expect(strip(page)).toContainText('rejected')
  await strip(page)
    .getByRole('button', { name: /rejected/ })
    .click()
  await expect(page.getByRole('tabpanel')).toContainText(/bytes of the packet are proven|no comparison with data_end/)
})
