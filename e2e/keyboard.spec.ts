// A whole visit without a mouse: into the editor and out again, through the panels, along the run, to a link and the help.
import { editorBox, expect, open, position, strip, test, UNCHECKED } from './beeyard.ts'

test('edit, leave the editor, step, read, share, help', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page)
  await page.keyboard.press('Alt+1')
  await expect(editorBox(page)).toBeFocused()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText('\n// by keyboard\n')
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(strip(page)).toContainText('accepted')

  await page.keyboard.press('Escape')
  await expect(page.getByText('Tab now leaves the editor')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(editorBox(page)).not.toBeFocused()

  await page.keyboard.press('Alt+3')
  await expect(page.getByRole('listbox', { name: 'Packets' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await expect(position(page)).toContainText('packet 3 of')
  await page.keyboard.press('F11')
  await page.keyboard.press('F11')
  await page.keyboard.press('Shift+F11')
  await expect(position(page)).toContainText('step 1 of')

  await page.keyboard.press('Alt+2')
  const bytecode = page.getByRole('listbox', { name: 'Bytecode' })
  await expect(bytecode).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('F9')
  await expect(bytecode.getByRole('option', { name: /breakpoint/ })).toBeVisible()

  await page.keyboard.press('Alt+4')
  await expect(page.getByRole('tabpanel', { name: 'Verify' })).toBeVisible()
  await page.keyboard.press('Alt+9')
  await expect(page.locator('#timeline-slider')).toBeFocused()
  await page.keyboard.press('ControlOrMeta+S')
  await expect(page.getByText(/Link copied/)).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Keys')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('a whole story: see it refused, watch it go wrong, mend it, find a packet by a condition', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(UNCHECKED)
  await expect(strip(page)).toContainText('rejected')
  // Linux says no: run it all the same, by the list of commands.
  await page.keyboard.press('F1')
  await expect(page.getByRole('combobox', { name: 'Type what you want to do or open' })).toBeFocused()
  await page.keyboard.insertText('although Linux')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Linux would never run this.')).toBeVisible()
  // What does it read? The watch tells, and the end of the run.
  await page.keyboard.press('Alt+W')
  await page.keyboard.insertText('pkt[12]')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Watches', exact: true })).toContainText('8')
  // Mend it.
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(
    UNCHECKED.replace('return data[12]', 'if ((void *)(data + 24) > (void *)(long)ctx->data_end)\n\t\treturn XDP_PASS;\n\treturn data[23]'),
  )
  await expect(strip(page)).toContainText('accepted')
  // On the line that reads: stop where the protocol is UDP.
  await page.keyboard.press('ControlOrMeta+F')
  await page.keyboard.insertText('return data[23]')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F9')
  await expect(page.getByRole('textbox', { name: /^Condition at line/ })).toBeFocused()
  await page.keyboard.insertText('pkt[23] == 17')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Alt+9')
  await page.keyboard.press('Home')
  await expect(position(page)).toContainText('packet 1 of')
  await page.keyboard.press('Alt+F10')
  await expect(
    page
      .getByRole('option', { selected: true })
      .filter({ hasText: /UDP|DNS/ })
      .first(),
  ).toBeVisible()
  await page.keyboard.press('F11')
  await expect(page.locator('.monaco-editor .beeyard-pc-mark')).toBeAttached()
})

test('every control that can be reached shows where the focus is', async ({ page }) => {
  await open(page)
  await page.locator('body').press('Tab')
  const seen = new Set<string>()
  for (let i = 0; i < 14; i++) {
    const at = await page.evaluate(() => {
      const e = document.activeElement
      if (!(e instanceof HTMLElement) || e === document.body) return undefined
      const own = getComputedStyle(e)
      const next = e.nextElementSibling ? getComputedStyle(e.nextElementSibling) : undefined
      const isMonaco = e.closest('.monaco-editor') !== null
      return {
        name: e.getAttribute('aria-label') ?? e.textContent ?? e.tagName,
        shown: isMonaco || own.outlineStyle !== 'none' || next?.outlineStyle !== 'none',
      }
    })
    if (at) {
      expect(at.shown, at.name).toBe(true)
      seen.add(at.name)
    }
    await page.keyboard.press('Tab')
  }
  expect(seen.size).toBeGreaterThan(5)
})

test('separators move by arrow keys', async ({ page }) => {
  await open(page)
  const separator = page.getByRole('separator').first()
  await separator.focus()
  const before = Number(await separator.getAttribute('aria-valuenow'))
  await page.keyboard.press('ArrowRight')
  await expect.poll(async () => Number(await separator.getAttribute('aria-valuenow'))).not.toBe(before)
})
