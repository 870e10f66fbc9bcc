// Whether the page stays fluid while much is going on, with the processor slowed down four times: milliseconds from a key to the paint that shows it,
// and between frames, as medians and 95th percentiles. Needs a build and a Chromium.
// Usage: npm run -s bench:fluid [-- NAME]...       NAME: typing, verdict, scrub, tree, log, lines; all without one.
import { openBuilt, quantile } from './built-page.mjs'

const SLOW = 4
const asked = process.argv.slice(2)
const built = await openBuilt()

const HEAD = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n\nSEC("xdp")\nint bench(struct xdp_md *ctx)\n{\n'
const TAIL = '}\n\nchar LICENSE[] SEC("license") = "GPL";\n'
/** Rejected after a million instructions. */
const MILLION = `${HEAD}\t__u32 sum = ctx->ingress_ifindex;
\tfor (__u32 i = 0; i < 1000000; i++)
\t\tif (bpf_get_prandom_u32() & 1)
\t\t\tsum = sum * 31 + i;
\treturn sum & 1 ? XDP_DROP : XDP_PASS;
${TAIL}`
/** About 250,000 steps on each of the 40 packets. */
const STEPS = `${HEAD}\tvolatile __u32 sum = 0;
\tfor (__u32 i = 0; i < 50000; i++)
\t\tsum += i;
\treturn sum & 1 ? XDP_DROP : XDP_PASS;
${TAIL}`
/** A loop that the verifier walks through round by round: 18,000 are more than 100,000 steps. */
const rounds = (count) => `${HEAD}\t__u32 sum = ctx->ingress_ifindex;
\tfor (__u32 i = 0; i < ${count}; i++) {
\t\tif (bpf_get_prandom_u32() & 1)
\t\t\tsum = sum * 31 + i;
\t\tsum ^= sum >> 7;
\t\tsum += i << 3;
\t\tsum ^= sum >> 11;
\t\tsum *= 9;
\t}
\treturn sum & 1 ? XDP_DROP : XDP_PASS;
${TAIL}`
/** Linux keeps 16 MB of a log, the newest. Of these steps, which change no register, that are more than 300,000 lines. */
const LINES = `${HEAD}\tfor (__u32 i = 0; i < 40000; i++)
\t\tasm volatile("goto +0; goto +0; goto +0; goto +0; goto +0; goto +0; goto +0");
\treturn XDP_PASS;
${TAIL}`

async function open() {
  const { context, page, session } = await built.visit(1, (page) => page.addInitScript(watch))
  await page.goto(built.url)
  await page.waitForSelector('.monaco-editor .view-line', { state: 'attached', timeout: 60_000 })
  await page.waitForFunction(() => document.querySelector('#root [role=status]')?.getAttribute('aria-busy') === 'false')
  return { context, page, slow: (rate) => session.send('Emulation.setCPUThrottlingRate', { rate }) }
}

/** In the page: times of keys to their paint, and between frames while `window.__frames` is there. */
function watch() {
  window.__keys = []
  addEventListener(
    'keydown',
    (event) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => window.__keys.push(performance.now() - event.timeStamp)
        port2.postMessage(0)
      })
    },
    true,
  )
  let before = 0
  const frame = (now) => {
    if (window.__frames && before > 0) window.__frames.push(now - before)
    before = window.__frames ? now : 0
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

async function setCode(page, text, answer) {
  await page.getByRole('textbox', { name: /C source/ }).focus()
  await page.keyboard.press('ControlOrMeta+A')
  // What stands there is the answer to the text before, so the strip must have been busy in between.
  await page.evaluate(() => {
    window.__built = new Promise((resolve) => {
      const strip = document.querySelector('#root [role=status]')
      let wasBusy = false
      const look = () => {
        const busy = strip.getAttribute('aria-busy') === 'true'
        wasBusy ||= busy
        if (wasBusy && !busy) resolve()
        else requestAnimationFrame(look)
      }
      look()
    })
  })
  await page.keyboard.insertText(text)
  await page.evaluate(() => window.__built)
  await page.locator('#root [role=status]').first().filter({ hasText: answer }).waitFor({ timeout: 120_000 })
}

const keys = (page) => page.evaluate(() => window.__keys.splice(0))
const frames = async (page, act) => {
  await page.evaluate(() => {
    window.__frames = []
  })
  await act()
  return page.evaluate(() => {
    const list = window.__frames
    window.__frames = undefined
    return list
  })
}

/** By the wheel, and as the thumb of the scroll bar does it: far, there and back. */
async function scrollLog({ page, slow }, text) {
  await setCode(page, text, /accepted|rejected/)
  await page.getByRole('tab', { name: /^Verify/ }).click()
  await page.getByRole('radio', { name: /Everything/ }).check({ force: true })
  const list = page.getByRole('listbox', { name: 'Verifier log' })
  await list.getByRole('option').nth(9).waitFor({ timeout: 120_000 })
  const lines = Number(await list.getByRole('option').first().getAttribute('aria-setsize'))
  const box = await list.boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await slow(SLOW)
  const times = await frames(page, async () => {
    for (let i = 0; i < 60; i++) await page.mouse.wheel(0, 400)
    for (let i = 0; i < 60; i++) {
      await list.evaluate(
        (element, share) => {
          element.scrollTop = element.scrollHeight * share
        },
        ((i * 37) % 61) / 61,
      )
      await page.waitForTimeout(16)
    }
  })
  return { what: `frames while scrolling a log of ${lines} lines`, times, goal: 50 }
}

const measures = {
  async typing({ page, slow }) {
    await setCode(page, MILLION, /rejected/)
    await slow(SLOW)
    await page.keyboard.press('Control+End')
    await keys(page)
    for (let i = 0; i < 60; i++) {
      // The newest text is being verified while the next key comes.
      await page.keyboard.press(i % 2 ? 'Backspace' : 'x')
      await page.waitForTimeout(i % 6 === 5 ? 900 : 60)
    }
    return { what: 'key to paint while a million instructions are verified', times: await keys(page), goal: 50 }
  },
  async verdict({ page, slow }) {
    await slow(SLOW)
    await page.getByRole('textbox', { name: /C source/ }).focus()
    await page.keyboard.press('Control+End')
    const times = []
    for (let i = 0; i < 30; i++) {
      await page.evaluate(() => {
        window.__answer = new Promise((resolve) => {
          addEventListener(
            'keydown',
            ({ timeStamp }) => {
              const strip = document.querySelector('#root [role=status]')
              let wasBusy = false
              const look = () => {
                const busy = strip.getAttribute('aria-busy') === 'true'
                wasBusy ||= busy
                if (wasBusy && !busy) resolve(performance.now() - timeStamp)
                else requestAnimationFrame(look)
              }
              look()
            },
            { once: true, capture: true },
          )
        })
      })
      await page.keyboard.press(i % 2 ? 'Backspace' : 'Space')
      times.push(await page.evaluate(() => window.__answer))
    }
    return { what: 'key to new verdict, 89 lines, pause in typing included', times, goal: 120 }
  },
  async scrub({ page, slow }) {
    await setCode(page, STEPS, /accepted/)
    await slow(SLOW)
    const box = await page.locator('#timeline-slider').boundingBox()
    const y = box.y + box.height / 2
    const times = await frames(page, async () => {
      await page.mouse.move(box.x + 2, y)
      await page.mouse.down()
      for (let i = 0; i <= 120; i++) await page.mouse.move(box.x + ((i * 37) % 121) * (box.width / 121), y)
      await page.mouse.up()
    })
    return { what: 'frames while scrubbing', times, goal: 50 }
  },
  async tree({ page, slow }) {
    await setCode(page, rounds(18_000), /accepted|rejected/)
    await page.getByRole('tab', { name: /^Verify/ }).click()
    await slow(SLOW)
    const times = await frames(page, async () => {
      await page.getByRole('group', { name: 'How the verifier thinks' }).getByRole('button', { name: 'Paths' }).click()
      await page.getByRole('listbox', { name: 'Explored paths' }).getByRole('option').first().waitFor({ timeout: 120_000 })
    })
    return { what: 'frames while opening the tree of paths', times, goal: 50 }
  },
  log: (visit) => scrollLog(visit, rounds(50_000)),
  lines: (visit) => scrollLog(visit, LINES),
}

for (const name of asked.length > 0 ? asked : Object.keys(measures)) {
  const visit = await open()
  const { what, times, goal } = await measures[name](visit)
  const at = (share) => `${Math.round(quantile(times, share))}`.padStart(5)
  console.log(`${what}: ${times.length} times, median ${at(0.5)}  p95 ${at(0.95)}  worst ${at(1)} ms (goal: p95 under ${goal})`)
  await visit.context.close()
}
await built.close()
