// ctxAccess against what probing found, at every offset and size: nothing more, nothing less.
import { expect, test } from 'vitest'
import { ctxAccess, ctxKnown } from './ctx.ts'
import facts from './fixtures/ctx-access.json'

/** Where probing stopped although the contexts go on: what lies behind was compared with Linux program by program. */
const PROBED_TO: Readonly<Record<string, number>> = { tracepoint: 96, syscall: 64 }

const probed = Object.entries(facts as Record<string, { access: Record<string, string> }>)

test.each(probed)('%s: every offset and size answers as probed', (name, { access }) => {
  const want = new Map<string, string>()
  for (const [key, places] of Object.entries(access)) for (const place of places.split(' ')) want.set(place, key)
  for (let offset = -8; offset <= 264; offset++) {
    for (const size of [1, 2, 4, 8]) {
      if (offset + size > (PROBED_TO[name] ?? Number.POSITIVE_INFINITY)) continue
      const got = ctxAccess(name, offset, size)
      expect(got && got.kind + (got.writable ? ' w' : ''), `${offset}:${size}`).toBe(want.get(`${offset}:${size}`))
      want.delete(`${offset}:${size}`)
    }
  }
  expect([...want.keys()]).toEqual([])
})

test('a devmap program sees egress_ifindex, a plain one does not', () => {
  expect(ctxAccess('xdp', 20, 4)).toBeUndefined()
  expect(ctxAccess('xdp_devmap', 20, 4)).toEqual({ kind: 'scalar', writable: false })
  expect(ctxAccess('xdp_cpumap', 20, 4)).toBeUndefined()
  expect(ctxAccess('xdp_cpumap', 0, 4)).toEqual({ kind: 'pkt', writable: false })
})

test('what was never probed is unknown', () => {
  expect(ctxKnown('xdp')).toBe(true)
  expect(ctxKnown('struct_ops')).toBe(false)
  expect(ctxKnown('toString')).toBe(false)
  expect(ctxAccess('toString', 0, 4)).toBeUndefined()
})
