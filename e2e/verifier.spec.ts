// Seeing the verifier think: why a program is refused, a witness and checked fixes, the tree of paths and its steps, pictures of registers, logs
// and objects of one's own.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { code, expect, open, setCode, strip, tab, test } from './beeyard.ts'

const WEAK = `#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int weak(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	if (ip->ttl < 3)
		return XDP_DROP;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`

/** A loop whose rounds differ, walked in more than a hundred thousand steps. */
const LONG = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int rounds(struct xdp_md *ctx)
{
	__u32 sum = ctx->ingress_ifindex;

	for (__u32 i = 0; i < 8000; i++) {
		if (bpf_get_prandom_u32() & 1)
			sum = sum * 31 + i;
		sum ^= sum >> 7;
		sum += i << 3;
		sum ^= sum >> 11;
		sum *= 9;
	}
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
`

const view = (page: Page, name: string) => page.getByRole('group', { name: 'How the verifier thinks' }).getByRole('button', { name })
const tree = (page: Page) => page.getByRole('listbox', { name: 'Explored paths' })
const stepBox = (page: Page) => page.getByRole('region', { name: 'One step of the verifier' })

test('a refusal names the check that was too weak, and as Linux 7.3 reports it', async ({ page }) => {
  await open(page)
  await setCode(page, WEAK)
  await expect(strip(page)).toContainText('rejected')
  await tab(page, 'Verify').click()
  const panel = page.locator('[data-panel="verify"]')
  await expect(panel).toContainText('This check is too weak: “if ((void *)(eth + 1) > data_end)” proves 14 bytes')
  await panel.getByRole('checkbox', { name: 'as Linux 7.3 reports it' }).check()
  await expect(panel).toContainText('Verification failed: Memory Safety: Access outside bounds')
  await expect(panel).toContainText('Causal path:')
})

test('a packet that breaks it is found and put into the scenario', async ({ page }) => {
  await open(page)
  await setCode(page, WEAK)
  await tab(page, 'Verify').click()
  await page.getByRole('button', { name: 'Find a packet that breaks it' }).click()
  const witness = page.getByRole('region', { name: 'A witness' })
  await expect(witness).toContainText('out of bounds', { timeout: 20_000 })
  await expect(witness).toContainText('without the verifier')
  await witness.getByRole('button', { name: 'Put it into the scenario' }).click()
  await tab(page, 'Run').click()
  await expect(page.getByText('1 own packet')).toBeVisible()
})

test('a checked fix is shown as a difference and applied', async ({ page }) => {
  await open(page)
  await setCode(page, WEAK)
  await tab(page, 'Verify').click()
  await page.getByRole('button', { name: 'Find a fix' }).click()
  const fix = page.getByRole('article').first()
  await expect(fix).toContainText('if ((void *)(ip + 1) > data_end)', { timeout: 20_000 })
  await expect(fix).toContainText('accepted by Linux')
  await fix.getByRole('button', { name: 'Apply' }).click()
  await expect(strip(page)).toContainText('accepted')
  expect(await code(page)).toContain('(ip + 1) > data_end')
})

test('paths are walked forward and back by keyboard, and a pruned one says why', async ({ page }) => {
  await open(page)
  await tab(page, 'Verify').click()
  await view(page, 'Paths').click()
  await tree(page).getByRole('option').first().click()
  await expect(stepBox(page)).toContainText('step 1 of')
  await tree(page).focus()
  await page.keyboard.press('ArrowRight')
  await expect(stepBox(page)).toContainText('step 2 of')
  await page.keyboard.press('ArrowLeft')
  await expect(stepBox(page)).toContainText('step 1 of')
  await page.keyboard.press('ArrowDown')
  await expect(stepBox(page)).not.toContainText('step 1 of')
  await tree(page)
    .getByRole('option', { name: /pruned/ })
    .first()
    .click()
  await expect(stepBox(page).getByRole('table', { name: 'Both states compared' })).toBeVisible()
  await stepBox(page)
    .getByRole('button', { name: /Go to step/ })
    .click()
  await expect(stepBox(page).getByRole('table', { name: 'Both states compared' })).toHaveCount(0)
  await page.getByRole('checkbox', { name: 'show visits beside the code' }).check()
  await expect(page.getByRole('option', { name: /visited \d+ times by the verifier/ }).first()).toBeVisible()
})

test('a register is a picture, and its causes lead to their steps', async ({ page }) => {
  await open(page)
  await tab(page, 'Verify').click()
  await view(page, 'Paths').click()
  await tree(page).getByRole('option', { name: /ends/ }).first().click()
  const register = stepBox(page)
    .getByRole('button', { name: /show as a picture/ })
    .first()
  await register.click()
  const picture = stepBox(page).getByRole('region', { name: /What is known of/ })
  await expect(picture).toBeVisible()
  await picture.getByRole('button').last().click()
  await expect(stepBox(page)).toContainText('step')
})

test('a walk of a hundred thousand steps is shown and walked through', async ({ page }) => {
  test.setTimeout(120_000)
  await open(page)
  await setCode(page, LONG)
  await expect(strip(page)).toContainText('accepted', { timeout: 60_000 })
  await tab(page, 'Verify').click()
  await view(page, 'Paths').click()
  await expect(page.getByRole('meter')).toBeVisible({ timeout: 60_000 })
  const rows = () => tree(page).evaluate((list) => (list.firstElementChild?.clientHeight ?? 0) / 24)
  await expect.poll(rows, { timeout: 60_000 }).toBeGreaterThan(10_000)
  await tree(page).getByRole('option').first().click()
  await expect(stepBox(page)).toContainText(/step 1 of \d{3},\d{3}/)
  await tree(page).focus()
  await page.keyboard.press('End')
  await expect(stepBox(page)).not.toContainText('step 1 of')
  // Scrolled through in jumps, it always shows rows.
  for (let part = 0; part < 1; part += 0.1) {
    await tree(page).evaluate((list, at) => {
      list.scrollTop = list.scrollHeight * at
    }, part)
    await expect(tree(page).getByRole('option').first()).toBeVisible()
  }
  await page.getByRole('region', { name: 'Loops' }).getByRole('button').first().click()
  await expect(page.getByRole('region', { name: 'Loops' }).getByRole('table')).toBeVisible({ timeout: 20_000 })
})

test('a log of one’s own gets the same views', async ({ page }) => {
  await open(page)
  await tab(page, 'Verify').click()
  await view(page, 'Your log').click()
  await page.getByRole('button', { name: 'Take a sample' }).click()
  await page.getByRole('button', { name: 'Read the log' }).click()
  const panel = page.locator('[data-panel="verify"]')
  await expect(panel).toContainText('in the words of Linux 6.x')
  await expect(panel).toContainText('proves 14 bytes of the packet, and this access ends at byte 23')
  await tree(page).getByRole('option').first().click()
  await expect(stepBox(page)).toContainText('step 1 of 6')
  await page.getByRole('group', { name: 'Views' }).getByRole('button', { name: 'Log' }).click()
  const line = page.getByRole('listbox', { name: 'Verifier log' }).getByRole('option').first()
  await expect(line.locator('span[title]').first()).toHaveAttribute('title', 'register R1')
})

for (const theme of ['light', 'dark'] as const) {
  test(`every view of the verifier is clean under axe, ${theme}`, async ({ page }) => {
    test.setTimeout(120_000)
    await page.emulateMedia({ colorScheme: theme })
    await open(page)
    await setCode(page, WEAK)
    await tab(page, 'Verify').click()
    await page.getByRole('button', { name: 'Find a fix' }).click()
    await expect(page.getByRole('article').first()).toBeVisible({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Find a packet that breaks it' }).click()
    await expect(page.getByRole('region', { name: 'A witness' })).toBeVisible({ timeout: 20_000 })
    await clean(page, 'verdict')
    await view(page, 'Paths').click()
    await tree(page).getByRole('option').first().click()
    await stepBox(page)
      .getByRole('button', { name: /show as a picture/ })
      .first()
      .click()
    await clean(page, 'paths')
    await view(page, 'Your log').click()
    await clean(page, 'own')
  })
}

async function clean(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  expect(
    violations.map((v) => `${name}: ${v.id} ${v.nodes.map((n) => `${n.target.join(' ')} (${n.any[0]?.message ?? ''})`).join('; ')}`),
  ).toEqual([])
}
