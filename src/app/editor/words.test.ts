import { expect, test } from 'vitest'
import { callAt, type Place, signature, suggestionsAt, wordDoc } from './words.ts'

const text = 'SEC("xdp.frags")\nint f(struct xdp_md *ctx)\n{\n\treturn ctx->data_end;\n}\n'
const place = (change: Partial<Place>): Place => ({ text, before: '', word: '', programType: 'xdp', language: 'en', ...change })

test('a helper is told by its prototype', () => {
  const doc = wordDoc(place({ word: 'bpf_map_lookup_elem' }))
  expect(doc?.kind).toBe('helper')
  expect(doc?.code).toBe('void *bpf_map_lookup_elem(void *map, const void *key);')
})
test('context fields are told where the pointer is one to a context', () => {
  expect(wordDoc(place({ word: 'data_end', before: '\treturn ctx->' }))).toMatchObject({ kind: 'field', code: '__u32 data_end' })
  expect(wordDoc(place({ word: 'data_end', before: '\treturn other->' }))).toBeUndefined()
})
test('map types, return values and sections', () => {
  expect(wordDoc(place({ word: 'BPF_MAP_TYPE_ARRAY' }))?.code).toBe('BPF_MAP_TYPE_ARRAY = 2')
  expect(wordDoc(place({ word: 'XDP_DROP' }))?.code).toBe('XDP_DROP = 1')
  expect(wordDoc(place({ word: 'frags', before: 'SEC("xdp.' }))?.code).toBe('SEC("xdp.frags")')
  expect(wordDoc(place({ word: 'whatever' }))).toBeUndefined()
})
test('every text is there in both languages', () => {
  const words = ['BPF_MAP_TYPE_HASH', 'XDP_PASS', 'BPF_MAP_TYPE_RINGBUF']
  for (const word of words) {
    const [en, ko] = (['en', 'ko'] as const).map((language) => wordDoc(place({ word, language }))?.text ?? '')
    expect(en).not.toBe('')
    expect(ko).toMatch(/[가-힣]/)
  }
})
test('suggestions fit the place', () => {
  const names = (before: string, change: Partial<Place> = {}) => suggestionsAt(place({ before, ...change })).map((s) => s.name)
  expect(names('\treturn ctx->')).toEqual(expect.arrayContaining(['data', 'data_end', 'ingress_ifindex']))
  expect(names('SEC("')).toEqual(expect.arrayContaining(['xdp', 'tc']))
  expect(names('\t__uint(type, ')).toContain('BPF_MAP_TYPE_HASH')
  expect(names('\t')).toEqual(expect.arrayContaining(['bpf_map_lookup_elem', 'XDP_DROP', 'SEC']))
  expect(names('\tbpf_printk("')).toEqual([])
  expect(names('\t', { programType: 'xdp' })).not.toContain('bpf_skb_load_bytes')
})
test('the call around a place', () => {
  const call = callAt('\tx = bpf_map_update_elem(&m, &key[f(1, 2)], ')
  expect(call?.helper.name).toBe('bpf_map_update_elem')
  expect(call?.argument).toBe(2)
  expect(callAt('\tx = other(')).toBeUndefined()
  expect(callAt('\tbpf_map_lookup_elem(&m, &k); y(')).toBeUndefined()
})
test('a helper without parameters', () => {
  const call = callAt('bpf_ktime_get_ns(')
  expect(call && signature(call.helper)).toMatch(/bpf_ktime_get_ns\(void\)$/)
})
