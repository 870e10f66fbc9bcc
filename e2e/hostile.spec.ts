// A link whose every text is an attack: nothing of it runs, loads or changes the page around it.
import { toHex } from '../src/base/index.ts'
import { encodeLink, type Project } from '../src/engine/index.ts'
import { compressor } from '../src/worker/compressor.ts'
import { expect, open, tab, test } from './beeyard.ts'

const PAYLOADS = [
  '<img src=x onerror="document.title=\'owned\'">',
  '<script>document.title="owned"</script>',
  '"><svg onload=document.title="owned">',
  "javascript:document.title='owned'",
  '[click](javascript:document.title="owned") ![](https://evil.example/x.png)',
]
const [IMG, SCRIPT, SVG, JAVASCRIPT, MARKDOWN] = PAYLOADS

const code = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
/* ${PAYLOADS.join(' ')} \u202e */
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, char[64]); } counts SEC(".maps");
SEC("xdp")
int hostile(struct xdp_md *ctx)
{
	__u32 key = 0;
	char text[64] = "<img src=x onerror=document.title='owned'>";

	bpf_printk("${IMG.replaceAll('"', '\\"')}");
	bpf_map_update_elem(&counts, &key, text, 0);
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
`
const hex = (text: string): string => toHex(new TextEncoder().encode(text))

const project: Project = {
  version: 1,
  files: [
    { path: 'main.bpf.c', text: code },
    { path: 'notes.md', text: MARKDOWN },
  ],
  build: { main: 'main.bpf.c', cpu: 3, defines: { X: IMG } },
  verifier: { logLevel: 2, flags: 0 },
  scenario: {
    seed: 1,
    nodes: [{ name: SVG, kind: 'host', interfaces: [SCRIPT] }],
    attach: [{ program: '', node: SVG, interface: SCRIPT }],
    maps: [],
    stimuli: [
      { kind: 'packet', hex: `0200000000020200000000010800${hex(`GET / HTTP/1.1\r\nHost: ${IMG}${JAVASCRIPT}\r\n\r\n`)}` },
      { kind: 'packet', hex: hex(`${IMG}${SCRIPT}`) },
    ],
    views: [
      { kind: 'table', map: 'counts' },
      { kind: 'table', map: IMG },
    ],
  },
  view: { packet: 0, step: 3, panels: [SVG], cursorLine: 4 },
}

for (const [name, change] of [
  ['every text', (p: Project) => p],
  ['a broken program', (p: Project) => ({ ...p, files: [{ path: 'main.bpf.c', text: `${code}\nint ${IMG}${SCRIPT};\n#error ${SVG}\n` }] })],
  [
    'a rejected program',
    (p: Project) => ({
      ...p,
      files: [{ path: 'main.bpf.c', text: code.replace('return XDP_PASS', `return *(int *)(long)ctx->data /* ${IMG} */`) }],
    }),
  ],
] as const) {
  test(`attacks in ${name} of a link stay text`, async ({ page }) => {
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => expect(dialog.message()).toBe('')))
    await open(page, `#${encodeLink(change(project), compressor)}`)
    await expect(page.getByText('Shared by a link.')).toBeVisible()
    for (const panel of ['Maps', 'Output', 'Packet', 'Packets', 'Verifier', 'Log', 'Bytecode', 'World', 'Inside', 'Views']) {
      const at = tab(page, panel).first()
      if (await at.isVisible()) await at.click()
    }
    await page.getByRole('button', { name: 'Share' }).click()
    await page.keyboard.press('Escape')
    expect(await page.title()).not.toContain('owned')
    expect(await page.locator('img[src="x"], svg[onload], [onerror], a[href^="javascript:"], iframe').count()).toBe(0)
  })
}
