// The magnifying glass: watches, conditions of breakpoints, running what is rejected, logs and objects dropped on the page. By keyboard where it can be.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { dropFile, expect, open, position, setCode, slider, strip, tab, test, UNCHECKED } from './beeyard.ts'

const watches = (page: Page) => page.getByRole('region', { name: 'Watches', exact: true })
const value = (page: Page, text: string) => watches(page).getByRole('listitem').filter({ hasText: text }).locator('output')

async function checkAxe(page: Page, theme: 'light' | 'dark', within: string): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
  const { violations } = await new AxeBuilder({ page }).include(within).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`)).toEqual([])
}

test('watches by keyboard: values follow the machine, and lead to where they change', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Alt+3')
  await page.keyboard.press('Alt+W')
  const input = page.getByRole('textbox', { name: 'Expression to watch' })
  await expect(input).toBeFocused()
  for (const text of ['counts[6].packets', 'tcp.destination_port', 'r0 + 1', 'no_such']) {
    await page.keyboard.insertText(text)
    await page.keyboard.press('Enter')
  }
  await expect(value(page, 'counts[6].packets')).toHaveText('0')
  await expect(value(page, 'no_such')).toHaveText('nothing is called no_such')
  await page.getByRole('button', { name: 'On to where counts[6].packets changes' }).focus()
  await page.keyboard.press('Enter')
  await expect(value(page, 'counts[6].packets')).toContainText('1')
  await expect(value(page, 'counts[6].packets')).toContainText('changed')
  await expect(value(page, 'tcp.destination_port')).toContainText(/^\d+/)
  await page.getByRole('button', { name: 'On to where counts[6].packets changes' }).focus()
  await page.keyboard.press('Enter')
  await expect(value(page, 'counts[6].packets')).toContainText('2')
  await page.getByRole('button', { name: 'Back to where counts[6].packets changed' }).focus()
  await page.keyboard.press('Enter')
  await expect(value(page, 'counts[6].packets')).toContainText('1')
  // They are part of the work.
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()
  await page.waitForTimeout(600)
  await page.reload()
  await expect(value(page, 'counts[6].packets')).toBeVisible({ timeout: 30_000 })
  for (const theme of ['light', 'dark'] as const) await checkAxe(page, theme, '[data-panel="run"]')
})

test('a breakpoint stops only where its condition holds', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Alt+1')
  await page.keyboard.press('ControlOrMeta+F')
  await page.keyboard.insertText('__u32 protocol = ip->protocol')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+F9')
  const condition = page.getByRole('textbox', { name: /^Condition at line/ })
  await expect(condition).toBeFocused()
  await page.keyboard.insertText('ipv4.protocol == 17')
  await page.keyboard.press('Enter')
  await slider(page).focus()
  await page.keyboard.press('Home')
  await expect(position(page)).toContainText('packet 1 of')
  for (let i = 0; i < 2; i++) {
    await page.keyboard.press('Alt+F10')
    await expect(
      page
        .getByRole('option', { selected: true })
        .filter({ hasText: /UDP|DNS/ })
        .first(),
    ).toBeVisible()
  }
  await condition.fill('(((')
  await condition.press('Enter')
  await expect(page.getByText('no expression, from character 4 on')).toBeVisible()
  await condition.fill('1')
  await condition.press('Enter')
  await slider(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Alt+F10')
  await expect(page.getByRole('option', { selected: true }).filter({ hasText: /UDP|DNS/ })).toHaveCount(0)
})

test('what is rejected can be run all the same, and stops where it goes wrong', async ({ page }) => {
  await open(page)
  await setCode(page, UNCHECKED.replace('data[12]', 'data[120]'))
  await expect(strip(page)).toContainText('rejected')
  await tab(page, 'Run').click()
  await page.getByRole('button', { name: 'Run it although Linux rejects it' }).click()
  await expect(page.getByText('Linux would never run this.')).toBeVisible()
  await expect(strip(page)).toContainText('rejected')
  await page.getByRole('option').filter({ hasText: 'fault' }).first().click()
  await page.getByRole('button', { name: 'End of this packet' }).click()
  await expect(page.getByText('read of 1 byte at packet +120: out of bounds')).toBeVisible()
  await page.keyboard.press('Shift+F11')
  await expect(page.locator('.monaco-editor .beeyard-pc-mark')).toBeAttached()
  for (const theme of ['light', 'dark'] as const) await checkAxe(page, theme, '[data-panel="run"]')
  await page.getByRole('button', { name: 'Do not run what Linux rejects' }).click()
  await expect(page.getByText('Linux rejects the program, so it runs on nothing.')).toBeVisible()
})

const LOG = `func#0 @0
0: R1=ctx() R10=fp0
0: (61) r1 = *(u32 *)(r1 +0)          ; R1_w=pkt(r=0)
1: (71) r0 = *(u8 *)(r1 +12)
invalid access to packet, off=12 size=1, R1(id=0,off=12,r=0)
R1 offset is outside of the packet
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`

test('a verifier log dropped on the page is shown in the views of the verifier', async ({ page }) => {
  await open(page)
  for (const name of ['load.log', 'load.txt']) {
    await dropFile(page, name, new TextEncoder().encode(LOG))
    await expect(page.getByText(`${name} opened`)).toBeVisible()
    const panel = page.getByRole('tabpanel', { name: 'Verify' })
    await expect(panel).toContainText('invalid access to packet, off=12 size=1')
    await page.getByRole('button', { name: 'Bring another' }).click()
  }
  await dropFile(page, 'what.log', new TextEncoder().encode('hello\n'))
  await expect(page.getByText('There is no step of a verifier in this text.')).toBeVisible()
})

test('two CPUs: a race is found, shown turn by turn, and gone with an atomic', async ({ page }) => {
  await open(page)
  await tab(page, 'Inside').click()
  await page.getByRole('button', { name: 'Two CPUs' }).click()
  const panel = page.getByRole('tabpanel', { name: 'Inside' })
  await expect(panel).toContainText('A race: some schedules lose or change')
  await expect(panel.getByRole('columnheader', { name: 'One after the other' })).toBeVisible()
  await expect(
    panel
      .locator('tr')
      .filter({ hasText: /counts\[/ })
      .first(),
  ).toBeVisible()
  const first = panel.getByRole('slider').first()
  await first.focus()
  await page.keyboard.press('Home')
  await expect(panel).toContainText('CPU 0 runs 0 instructions')
  await expect(panel).toContainText('as one after the other')
  await panel.getByRole('button', { name: 'Show one that differs' }).click()
  for (const theme of ['light', 'dark'] as const) await checkAxe(page, theme, '[data-panel="inside"]')
  const counted = await page.evaluate(() => document.querySelector('[data-panel="inside"]')?.textContent?.includes('otherwise'))
  expect(counted).toBe(true)
})

test('the WebAssembly of the program stands by its instructions', async ({ page }) => {
  await open(page)
  await tab(page, 'Inside').click()
  await page.getByRole('button', { name: 'WebAssembly' }).click()
  const list = page.getByRole('listbox', { name: 'WebAssembly by instruction' })
  await expect(page.getByText(/^\d+ functions, \d+ lines, as compiled for this run/)).toBeVisible()
  await list.getByRole('option').filter({ hasText: 'local.get' }).first().click()
  await expect(page.getByRole('listbox', { name: 'Bytecode' }).getByRole('option', { selected: true })).toHaveCount(1)
  for (const theme of ['light', 'dark'] as const) await checkAxe(page, theme, '[data-panel="inside"]')
})

test('arrows lead to what was refused, and to any instruction when asked', async ({ page }) => {
  await open(page)
  await setCode(page, UNCHECKED)
  await expect(strip(page)).toContainText('rejected')
  const words = page.locator('#arrow-words')
  await expect(words).toContainText(/^Where the values of instruction \d+ come from \(reads through r\d\): /)
  await setCode(
    page,
    UNCHECKED.replace('return data[12]', 'if ((void *)(data + 13) > (void *)(long)ctx->data_end) return XDP_PASS;\n\treturn data[12]'),
  )
  await expect(strip(page)).toContainText('accepted')
  await expect(words).toBeEmpty()
  await page.getByRole('button', { name: 'Arrows from where the values of an instruction come from' }).click()
  await page.getByRole('listbox', { name: 'Bytecode' }).getByRole('option').filter({ hasText: '*(u8 *)' }).first().click()
  await expect(words).toContainText('compared')
  for (const theme of ['light', 'dark'] as const) await checkAxe(page, theme, '[data-panel="bytecode"]')
})
