// Builds the kernel's own verifier tests (tools/testing/selftests/bpf/progs) by clang, outside of the repository: the headers that they expect
// beside them are this kernel's types (bpftool), libbpf's and the user interface of the tree's kernel. The tables of verifier/*.c are asked about by
// the tree's own test_verifier.c, linked with oracle/tables.c.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeElf } from '../src/object/index.ts'
import { ownObject } from './own-object.ts'

const CLANG = 'clang-22'

/** Builds a test; what went wrong, if anything. `work` keeps the headers. */
export function buildTest(tree: string, file: string, object: string, cpu: string, work: string): string | undefined {
  const flags = [
    '-g',
    '-O2',
    '-Wno-everything',
    '--target=bpf',
    `-mcpu=${cpu}`,
    '-std=gnu11',
    '-fno-strict-aliasing',
    '-D__TARGET_ARCH_x86',
  ]
  const from = join(tree, 'progs', file)
  let said = ''
  for (const more of [[], ['-DBPF_NO_KFUNC_PROTOTYPES']]) {
    const built = spawnSync(CLANG, [...flags, ...more, ...headers(tree, work), '-c', from, '-o', object], { encoding: 'utf8' })
    if (built.status === 0) return undefined
    said ||= built.stderr.split('\n').find((line) => line.includes('error')) ?? `${CLANG} ends with ${built.status}`
  }
  return said
}

/** Builds a test by our own compiler, which brings the headers of user space and of libbpf itself; what went wrong, if anything. */
export function buildTestOurselves(tree: string, file: string, object: string, cpu: string, work: string): string | undefined {
  const from = join(tree, 'progs', file)
  const beside = [tree, join(tree, 'progs')]
  headers(tree, work)
  let said = ''
  // Our vmlinux.h holds a part of the kernel's types; the whole follows.
  for (const includeDirs of [beside, [join(work, 'include'), ...beside]]) {
    const own = ownObject(from, { includeDirs, defines: ['__TARGET_ARCH_x86'], cpu })
    if ('object' in own) {
      writeFileSync(object, writeElf(own.object))
      return undefined
    }
    said ||= own.error
  }
  return said
}

/** Headers that the tests expect beside them: types of this kernel, libbpf's, the interface of the tree's kernel. */
function headers(tree: string, work: string): string[] {
  const inc = join(work, 'include')
  const kernel = resolve(tree, '../../../..')
  if (!existsSync(join(inc, 'vmlinux.h'))) {
    mkdirSync(join(inc, 'bpf'), { recursive: true })
    mkdirSync(join(inc, 'linux'), { recursive: true })
    const types = spawnSync('bpftool', ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'], { maxBuffer: 1 << 28 })
    writeFileSync(join(inc, 'vmlinux.h'), types.stdout)
    const libbpf = join(kernel, 'tools/lib/bpf')
    const bpf = '/usr/include/bpf'
    for (const name of readdirSync(bpf)) {
      const newer = join(libbpf, name)
      copyFileSync(existsSync(newer) ? newer : join(bpf, name), join(inc, 'bpf', name))
    }
    const tools = join(kernel, 'tools/include/uapi/linux')
    const uapi = existsSync(tools) ? tools : join(kernel, 'include/uapi/linux')
    for (const name of ['bpf.h', 'bpf_common.h', 'btf.h'])
      if (existsSync(join(uapi, name))) copyFileSync(join(uapi, name), join(inc, 'linux', name))
  }
  const api = join(kernel, 'tools/include/uapi')
  return [`-I${inc}`, `-I${tree}`, `-I${join(tree, 'progs')}`, `-I${api}`, '-I/usr/include/x86_64-linux-gnu']
}

/** The lines of the tests from one number to another, both included, as oracle/objects.c gives them; a line that begins with # where it fails. */
export function askTables(tree: string, work: string, repository: string, from: number, to: number): string {
  const binary = join(work, 'tables')
  if (!existsSync(binary)) {
    const inc = headers(tree, work)
    const list = readdirSync(join(tree, 'verifier')).filter((name) => name.endsWith('.c'))
    mkdirSync(join(work, 'include/verifier'), { recursive: true })
    const includes = list.map((name) => `#include "${join(tree, 'verifier', name)}"\n`).join('')
    writeFileSync(join(work, 'include/verifier/tests.h'), `#ifdef FILL_ARRAY\n${includes}#endif\n`)
    const own = ['tables.c', 'capture.c'].map((name) => join(repository, 'oracle', name))
    const theirs = ['test_verifier.c', 'cap_helpers.c', 'unpriv_helpers.c'].map((name) => join(tree, name))
    const tools = `-I${join(resolve(tree, '../../../..'), 'tools/include')}`
    const wrap = ['-l:libbpf.a', '-lelf', '-lz', '-Wl,--wrap=bpf_prog_load', '-Wl,--wrap=bpf_map_create']
    const args = ['-O1', '-w', '-D_GNU_SOURCE', ...inc.slice(0, 2), tools, '-o', binary, ...theirs, ...own, ...wrap]
    const built = spawnSync('gcc', args, { encoding: 'utf8' })
    if (built.status !== 0) return `# ${built.stderr.split('\n').find((line) => line.includes('error')) ?? 'gcc fails'}\n`
  }
  const said = spawnSync(binary, [String(from), String(to)], { encoding: 'utf8', maxBuffer: 1 << 29 }).stdout
  const lines: string[] = []
  let name = ''
  for (const line of said.split('\n')) {
    name = /^#\d+\/p .*?(?= \{"(?:btf_id|file)"|$)/.exec(line)?.[0] ?? name
    const at = line.search(/\{"(btf_id|file)"/)
    if (at < 0) continue
    // The programs that are there for others to call have no number of their own.
    const json = line.slice(at)
    lines.push(
      json.startsWith('{"file"') ? json.replace('"name":""', `"name":${JSON.stringify(name.replace(/^#(\d+)\/p /, '$1 '))}`) : json,
    )
  }
  return lines.join('\n')
}
