// Typing: the verdict follows, errors lead to their place, Linux's own words stand there, the editor knows eBPF.
import { code, editorBox, expect, open, setCode, strip, tab, test, tiny, UNCHECKED } from './beeyard.ts'

test('a first visit shows a program that compiles, is accepted and drops a packet', async ({ page }) => {
  await open(page)
  await expect(strip(page)).toContainText('accepted')
  await expect(strip(page)).toContainText(/[1-9]\d* passed/)
  await expect(strip(page)).toContainText(/[1-9]\d* dropped/)
  await expect(page.getByRole('listbox', { name: 'Bytecode' }).getByRole('option').first()).toBeVisible()
})

test('the verdict follows what is typed', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText('0 passed')
  await setCode(page, tiny('XDP_PASS'))
  await expect(strip(page)).toContainText('0 dropped')
  await expect(strip(page)).toContainText('accepted')
})

test('a missing semicolon is an error with its place, and mending it mends the verdict', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_PASS').replace('return XDP_PASS;', 'return XDP_PASS'))
  await expect(strip(page)).toContainText('1 error')
  await expect(page.locator('.monaco-editor .squiggly-error').first()).toBeAttached()
  await strip(page).getByRole('button', { name: /error/ }).click()
  const problem = page.getByRole('region', { name: 'Problems' }).getByRole('listitem').first()
  await expect(problem).toContainText("expected ';'")
  await problem.getByRole('button').click()
  await expect(editorBox(page)).toBeFocused()
  await setCode(page, tiny('XDP_PASS'))
  await expect(strip(page)).toContainText('accepted')
})

test('a quick fix mends the code', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_PASS').replace('return XDP_PASS;', 'return XDP_PASS'))
  await expect(strip(page)).toContainText('1 error')
  await strip(page).getByRole('button', { name: /error/ }).click()
  await page.getByRole('region', { name: 'Problems' }).getByRole('listitem').first().getByRole('button').click()
  await page.keyboard.press('ControlOrMeta+.')
  await expect(page.locator('.action-widget').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(strip(page)).toContainText('accepted')
})

test('what Linux rejects is told in its own words, at its place', async ({ page }) => {
  await open(page)
  await setCode(page, UNCHECKED)
  await expect(strip(page)).toContainText('rejected')
  await expect(strip(page)).toContainText(/invalid access to packet|offset is outside of the packet/)
  await expect(strip(page)).toContainText('line 9')
  await expect(strip(page)).toContainText('not run')
  await strip(page)
    .getByRole('button', { name: /rejected/ })
    .click()
  await expect(page.getByRole('tabpanel')).toContainText('invalid access to packet')
  await expect(page.getByRole('tabpanel')).toContainText('no comparison with data_end covers')
  await expect(page.getByRole('list', { name: 'How the value came about' }).getByRole('button').first()).toContainText('pkt(r=0)')
  await expect(page.getByRole('option', { name: /rejected here/ })).toBeVisible()
  await expect(page.getByRole('listbox', { name: 'Verifier log' })).toContainText('invalid access to packet')
  const states = page.getByRole('region', { name: 'What the verifier believed' })
  await expect(states.getByRole('cell', { name: 'pkt', exact: true }).first()).toBeVisible()
})

test('level 2 shows every step of an accepted program, and a line leads to its instruction', async ({ page }) => {
  await open(page)
  await tab(page, 'Verify').click()
  await page.getByRole('radio', { name: /Everything/ }).check({ force: true })
  const log = page.getByRole('listbox', { name: 'Verifier log' })
  await expect(log.getByRole('option').nth(3)).toBeVisible()
  const line = log.getByRole('option').filter({ hasText: /^2: \(/ })
  await log.focus()
  for (let i = 0; i < 30 && (await line.count()) === 0; i++) await page.keyboard.press('PageDown')
  await line.first().click()
  await expect(page.getByRole('listbox', { name: 'Bytecode' }).getByRole('option', { name: /^2:/ })).toHaveAttribute(
    'aria-selected',
    'true',
  )
})

test('completion knows helpers, context fields, map types and sections', async ({ page }) => {
  await open(page)
  const at = async (text: string, word: string) => {
    await setCode(page, text)
    await page.keyboard.press('ControlOrMeta+End')
    await page.keyboard.press('ControlOrMeta+Space')
    await expect(page.locator('.suggest-widget .monaco-list-row').filter({ hasText: word }).first()).toBeVisible()
    await page.keyboard.press('Escape')
  }
  await at('int f(struct xdp_md *ctx);\nint x = ctx->', 'data_end')
  await at('int x = bpf_map_look', 'bpf_map_lookup_elem')
  await at('int x = BPF_MAP_TYPE_HA', 'BPF_MAP_TYPE_HASH')
  await setCode(page, '\n')
  await page.keyboard.type('SEC("xd')
  await expect(page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'xdp' }).first()).toBeVisible()
})

test('hover explains a helper', async ({ page }) => {
  await open(page)
  await setCode(page, `${tiny('XDP_PASS')}// bpf_map_lookup_elem`)
  await page
    .locator('.view-line', { hasText: 'bpf_map_lookup_elem' })
    .getByText('bpf_map_lookup_elem')
    .hover({ position: { x: 60, y: 8 } })
  await expect(page.locator('.monaco-hover').filter({ hasText: 'const void *key' })).toBeVisible()
})

test('instruction and C line light each other', async ({ page }) => {
  await open(page)
  await setCode(page, tiny('XDP_DROP'))
  await expect(strip(page)).toContainText('0 passed')
  const bytecode = page.getByRole('listbox', { name: 'Bytecode' })
  await bytecode.getByRole('option').first().hover()
  await expect(page.locator('.monaco-editor .beeyard-lit').first()).toBeAttached()
  await page.locator('.view-line', { hasText: 'return XDP_DROP' }).getByText('XDP_DROP').click()
  await expect(bytecode.locator('[class*="lit"]').first()).toBeVisible()
  expect(await code(page)).toContain('return XDP_DROP')
})
