// The verbs of acts: what each reads from its line and what it makes of it. Most are one system call under the name that a shell user would give it;
// some are several, and end where one fails. `help` is what people read.
import { syscallByName } from '../../../abi/index.ts'
import { fromHex } from '../../../base/index.ts'
import { AF_INET, AF_UNIX, AT_FDCWD, MAP_ANONYMOUS, MAP_PRIVATE, OPEN_FLAGS, SOCK_DGRAM, SOCK_STREAM } from '../numbers.ts'
import { textBytes } from '../user-memory.ts'
import type { Act, ActBody, Arg } from './act.ts'
import { type Line, numberOf } from './line.ts'
import type { Token } from './tokens.ts'

/** An act without its place in the text; what is not said is as usual. */
export type Step = ActBody & Partial<Pick<Act, 'bind' | 'otherwise' | 'takesNs'>>
/** Several steps end where one fails. */
export type VerbResult = ActBody | readonly Step[]

interface Verb {
  readonly help: string
  /** Whether a block may follow. */
  readonly block?: true
  /** `block`: the one that follows, or -1. `add` makes a block of steps and gives its index. */
  readonly read: (line: Line, block: number, add: (steps: readonly Step[]) => number) => VerbResult
}

const num = (value: number | bigint): Arg => ({ kind: 'number', value: BigInt(value) })
const text = (t: string): Arg => ({ kind: 'text', text: t })
const bytes = (t: string): Arg => ({ kind: 'bytes', text: t })
const room = (sizeBytes: number): Arg => ({ kind: 'room', sizeBytes: Math.max(0, Math.min(sizeBytes, MAX_ROOM)) })
const fd = (line: Line): Arg => ({ kind: 'fd', ref: line.ref('file descriptor') })
const sys = (name: string, args: readonly Arg[], ...shown: readonly string[]): ActBody => ({ kind: 'syscall', name, args, shown })

const MAX_ROOM = 65536
const CWD = num(AT_FDCWD)
const SOCKADDR_BYTES = num(16)
const NULL = num(0)
const MODES: Readonly<Record<string, string>> = { r: 'O_RDONLY', w: 'O_WRONLY', rw: 'O_RDWR', a: 'O_WRONLY|O_APPEND' }

/** "r", "w", "rw", "a", or flags by their names. */
function openFlags(line: Line): string {
  const word = line.more ? line.text('flags') : 'r'
  const flags = word.split('+').map((part) => MODES[part] ?? (part === 'creat' ? 'O_CREAT' : part))
  if (
    !flags
      .join('|')
      .split('|')
      .every((f) => OPEN_FLAGS.has(f) || numberOf(f) !== undefined)
  )
    line.fault('acts.argument', [word, 'flags'])
  return flags.join('|')
}

const SOCKETS: Readonly<Record<string, readonly [number, number]>> = {
  tcp: [AF_INET, SOCK_STREAM],
  udp: [AF_INET, SOCK_DGRAM],
  unix: [AF_UNIX, SOCK_STREAM],
}

function socketOf(word: string): Step {
  const [family, type] = SOCKETS[word] ?? [0, 0]
  return sys('socket', [num(family), num(type), num(0)], word)
}

const PROTECTIONS: Readonly<Record<string, number>> = { r: 1, w: 2, x: 4, '-': 0 }
/** "rw", "rx", or PROT_ names. */
function protection(line: Line): bigint {
  const word = line.text('protection')
  if (/^[rwx-]+$/.test(word)) return BigInt([...word].reduce((sum, c) => sum | PROTECTIONS[c], 0))
  const value = numberOf(word)
  if (value === undefined) line.fault('acts.argument', [word, 'protection'])
  return value ?? 0n
}

/** An argument of a generic call: a number, a text, or a name bound before. */
function argument(token: Token): Arg {
  if (token.kind === 'text') return text(token.value)
  const value = numberOf(token.value)
  if (value !== undefined) return num(value)
  return /^[A-Za-z_]\w*$/.test(token.value) ? { kind: 'fd', ref: token.value } : text(token.value)
}

const path =
  (name: string, ...rest: readonly ((line: Line) => Arg)[]): Verb['read'] =>
  (line) => {
    const where = line.text('path')
    return sys(name, [text(where), ...rest.map((r) => r(line))], where)
  }

const at =
  (name: string, ...rest: readonly ((line: Line) => Arg)[]): Verb['read'] =>
  (line) => {
    const where = line.text('path')
    return sys(name, [CWD, text(where), ...rest.map((r) => r(line))], where)
  }

const execve = (where: string, argv: readonly string[]): ActBody =>
  sys(
    'execve',
    [
      text(where),
      { kind: 'texts', texts: argv },
      { kind: 'texts', texts: ['PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'] },
    ],
    where,
    ...argv.slice(1),
  )

function command(line: Line): ActBody {
  const where = line.text('path')
  return execve(where, [where, ...line.rest().map((t) => t.value)])
}

function write(target: Arg, content: string): ActBody {
  return sys('write', [target, bytes(content), num(textBytes(content).length)], showArg(target), JSON.stringify(content.slice(0, 64)))
}

const exit = (code: number): ActBody => sys('exit_group', [num(code)], String(code))

const showArg = (arg: Arg): string => (arg.kind === 'fd' ? String(arg.ref) : arg.kind === 'number' ? String(arg.value) : '')

interface Url {
  readonly host: string
  readonly port: number
  readonly path: string
}

function url(line: Line): Url {
  const word = line.text('URL')
  const found = /^http:\/\/([\w.-]+)(?::(\d+))?(\/\S*)?$/.exec(word)
  if (!found) line.fault('acts.argument', [word, 'URL'])
  return { host: found?.[1] ?? '0.0.0.0', port: Number(found?.[2] ?? 80) & 0xffff, path: found?.[3] ?? '/' }
}

function http(line: Line): readonly Step[] {
  const method = line.text('method')
  const { host, port, path: where } = url(line)
  const body = line.more ? line.text('body') : ''
  const head = `${method} ${where} HTTP/1.1\r\nHost: ${host}\r\n${body === '' ? '' : `Content-Length: ${body.length}\r\n`}\r\n`
  const socket: Arg = { kind: 'fd', ref: 'http' }
  return [
    { ...socketOf('tcp'), bind: 'http' },
    sys('connect', [socket, { kind: 'sockaddr', host, port }, SOCKADDR_BYTES], 'http', `${host}:${port}`),
    write(socket, head + body),
    sys('read', [socket, room(4096), num(4096)], 'http', '4096'),
    sys('close', [socket], 'http'),
  ]
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  302: 'Found',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

function serve(line: Line, block: number): readonly Step[] {
  const protocol = line.oneOf(['tcp']) ?? 'tcp'
  const port = line.number('port')
  const server: Arg = { kind: 'fd', ref: 'server' }
  return [
    { ...socketOf(protocol), bind: 'server' },
    sys('bind', [server, { kind: 'sockaddr', host: '0.0.0.0', port }, SOCKADDR_BYTES], 'server', `0.0.0.0:${port}`),
    sys('listen', [server, num(128)], 'server', '128'),
    { kind: 'block', block, times: Number.MAX_SAFE_INTEGER, strict: false },
  ]
}

/** "image:function" and "(arguments)" */
function userCall(line: Line, block: number): ActBody {
  const result = line.tail('=')
  const token = line.next('function')
  const found = /^(?:([^:\s]+):)?([A-Za-z_][\w.@$]*)$/.exec(token.value)
  if (!found) line.fault('acts.argument', [token.value, 'function'], token.span)
  return {
    kind: 'call',
    image: found?.[1] ?? '',
    name: found?.[2] ?? '',
    args: line.rest().map(argument),
    result: result ? argument(result) : num(0),
    block,
  }
}

const words = (list: string): readonly string[] => list.split('>').map((s) => s.trim())

export const VERBS: Readonly<Record<string, Verb | undefined>> = {
  open: {
    help: 'open PATH [r|w|rw|a|+creat|FLAGS] [MODE]',
    read: (line) => {
      const where = line.text('path')
      const flags = openFlags(line)
      const mode = line.more ? line.number('mode') : 0
      return sys('openat', [CWD, text(where), num(numberOf(flags) ?? 0n), num(mode)], where, flags)
    },
  },
  read: {
    help: 'read FD [SIZE]',
    read: (line) => {
      const target = fd(line)
      const size = line.more ? line.number('size') : 4096
      return sys('read', [target, room(size), num(size)], showArg(target), String(size))
    },
  },
  write: {
    help: "write FD 'TEXT'",
    read: (line) => {
      const target = fd(line)
      return write(target, line.text('text'))
    },
  },
  respond: {
    help: "respond FD STATUS ['BODY']",
    read: (line) => {
      const target = fd(line)
      const status = line.number('status')
      const body = line.more ? line.text('body') : ''
      return write(target, `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    },
  },
  close: { help: 'close FD', read: (line) => withShown(sys('close', [fd(line)])) },
  exec: { help: 'exec PATH [ARG...]', read: command },
  run: {
    help: 'run PATH [ARG...] [{ ACTS }]: a child executes it and does the acts; it is waited for',
    block: true,
    read: (line, block, add) => {
      const name = line.peek()?.value.split('/').pop() ?? ''
      const failed = add([exit(127)])
      const body: Step[] = block < 0 ? [] : [{ kind: 'block', block, times: 1, strict: false }]
      const child = add([{ ...command(line), otherwise: failed }, ...body, exit(0)])
      return [
        { kind: 'fork', name, thread: false, block: child },
        { kind: 'wait', name },
      ]
    },
  },
  fork: {
    help: 'fork NAME [{ ACTS }]',
    block: true,
    read: (line, block) => ({ kind: 'fork', name: line.text('name'), thread: false, block }),
  },
  thread: {
    help: 'thread NAME { ACTS }',
    block: true,
    read: (line, block) => ({ kind: 'fork', name: line.text('name'), thread: true, block }),
  },
  wait: { help: 'wait [NAME]', read: (line) => ({ kind: 'wait', name: line.more ? line.text('name') : '' }) },
  exit: { help: 'exit [CODE]', read: (line) => exit(line.more ? line.number('code') : 0) },
  sleep: {
    help: 'sleep TIME',
    read: (line) => {
      const ns = line.time('time')
      const timespec: Arg = { kind: 'words', words: [BigInt(Math.floor(ns / 1e9)), BigInt(ns % 1e9)] }
      return sys('clock_nanosleep', [num(1), num(0), timespec, NULL], 'CLOCK_MONOTONIC', `${ns / 1e6}ms`)
    },
  },
  spin: {
    help: 'spin TIME [in FUNCTION>FUNCTION]',
    read: (line) => {
      const stack = line.tail('in')
      return { kind: 'spin', ns: line.time('time'), stack: stack ? words(stack.value) : [] }
    },
  },
  call: { help: 'call [IMAGE:]FUNCTION [ARG...] [= RESULT] [{ ACTS }]', block: true, read: userCall },
  repeat: {
    help: 'repeat N { ACTS }',
    block: true,
    read: (line, block) => {
      const times = line.number('times')
      if (block < 0) line.fault('acts.missing', ['{'])
      if (times < 1 || times > 1e6) line.fault('acts.argument', [String(times), 'times'])
      return { kind: 'block', block, times, strict: false }
    },
  },
  socket: {
    help: 'socket tcp|udp|unix',
    read: (line) => {
      const word = line.text('protocol')
      if (!Object.hasOwn(SOCKETS, word)) line.fault('acts.argument', [word, 'tcp, udp, unix'])
      return socketOf(word)
    },
  },
  connect: {
    help: 'connect [FD] HOST:PORT',
    read: (line) => {
      const own = line.peek()?.value.includes(':')
      const socket: Arg = own ? { kind: 'fd', ref: 'socket' } : fd(line)
      const { host, port } = line.address('address')
      const call = sys('connect', [socket, { kind: 'sockaddr', host, port }, SOCKADDR_BYTES], showArg(socket), `${host}:${port}`)
      return own ? [{ ...socketOf('tcp'), bind: 'socket' }, call] : call
    },
  },
  bind: {
    help: 'bind FD HOST:PORT',
    read: (line) => {
      const socket = fd(line)
      const { host, port } = line.address('address')
      return sys('bind', [socket, { kind: 'sockaddr', host, port }, SOCKADDR_BYTES], showArg(socket), `${host}:${port}`)
    },
  },
  listen: {
    help: 'listen FD [BACKLOG]',
    read: (line) => withShown(sys('listen', [fd(line), num(line.more ? line.number('backlog') : 128)])),
  },
  accept: {
    help: 'accept FD',
    read: (line) => {
      const socket = fd(line)
      return sys('accept4', [socket, room(16), { kind: 'words', words: [16n] }, num(0)], showArg(socket))
    },
  },
  sendto: {
    help: "sendto FD HOST:PORT 'TEXT'",
    read: (line) => {
      const socket = fd(line)
      const { host, port } = line.address('address')
      const content = line.text('text')
      const args = [
        socket,
        bytes(content),
        num(textBytes(content).length),
        num(0),
        { kind: 'sockaddr', host, port } as const,
        SOCKADDR_BYTES,
      ]
      return sys('sendto', args, showArg(socket), JSON.stringify(content.slice(0, 64)), `${host}:${port}`)
    },
  },
  recvfrom: {
    help: 'recvfrom FD [SIZE]',
    read: (line) => {
      const socket = fd(line)
      const size = line.more ? line.number('size') : 4096
      return sys(
        'recvfrom',
        [socket, room(size), num(size), num(0), room(16), { kind: 'words', words: [16n] }],
        showArg(socket),
        String(size),
      )
    },
  },
  setsockopt: {
    help: "setsockopt FD LEVEL OPTION NUMBER|'TEXT'",
    read: (line) => {
      const socket = fd(line)
      const [level, name] = [line.big('level'), line.big('option')]
      const token = line.next('value')
      const value = numberOf(token.value)
      if (token.kind === 'text' || value === undefined) {
        const shown = JSON.stringify(token.value.slice(0, 64))
        return sys(
          'setsockopt',
          [socket, num(level), num(name), bytes(token.value), num(textBytes(token.value).length)],
          showArg(socket),
          shown,
        )
      }
      const word: Arg = { kind: 'words', words: [BigInt.asUintN(32, value)] }
      return sys('setsockopt', [socket, num(level), num(name), word, num(4)], showArg(socket), String(value))
    },
  },
  getsockopt: {
    help: 'getsockopt FD LEVEL OPTION [SIZE]',
    read: (line) => {
      const socket = fd(line)
      const [level, name] = [line.big('level'), line.big('option')]
      const sizeBytes = line.more ? line.number('size') : 4
      const length: Arg = { kind: 'words', words: [BigInt.asUintN(32, BigInt(sizeBytes))] }
      return sys('getsockopt', [socket, num(level), num(name), room(sizeBytes), length], showArg(socket), String(sizeBytes))
    },
  },
  http: { help: "http METHOD URL ['BODY']", read: http },
  serve: { help: 'serve [tcp] PORT { ACTS }: the block is carried out again and again (accept server as c ...)', block: true, read: serve },
  unlink: { help: 'unlink PATH', read: at('unlinkat', () => num(0)) },
  rmdir: { help: 'rmdir PATH', read: path('rmdir') },
  mkdir: { help: 'mkdir PATH [MODE]', read: path('mkdir', (line) => num(line.more ? line.number('mode') : 0o755)) },
  rename: {
    help: 'rename OLD NEW',
    read: (line) => {
      const from = line.text('path')
      const to = line.text('path')
      return sys('rename', [text(from), text(to)], from, to)
    },
  },
  chmod: { help: 'chmod PATH MODE', read: at('fchmodat', (line) => num(line.number('mode'))) },
  chdir: { help: 'chdir PATH', read: path('chdir') },
  chroot: { help: 'chroot PATH', read: path('chroot') },
  mount: {
    help: 'mount SOURCE TARGET [TYPE] [FLAGS]',
    read: (line) => {
      const from = line.text('source')
      const to = line.text('target')
      const type = line.more ? line.text('type') : 'none'
      return sys('mount', [text(from), text(to), text(type), num(line.more ? line.big('flags') : 0n), NULL], from, to, type)
    },
  },
  umount: { help: 'umount PATH', read: path('umount2', () => num(0)) },
  unshare: { help: 'unshare FLAGS', read: (line) => withShown(sys('unshare', [num(line.big('flags'))])) },
  kill: {
    help: 'kill PROCESS [SIGNAL]',
    read: (line) => {
      const target = line.ref('process')
      const signal = line.more ? line.big('signal') : 15n
      return sys('kill', [{ kind: 'process', name: target }, num(signal)], String(target), String(signal))
    },
  },
  ptrace: {
    help: 'ptrace REQUEST PROCESS',
    read: (line) => {
      const request = line.big('request')
      const target = line.ref('process')
      return sys('ptrace', [num(request), { kind: 'process', name: target }, NULL, NULL], String(request), String(target))
    },
  },
  setuid: { help: 'setuid UID', read: (line) => withShown(sys('setuid', [num(line.number('uid'))])) },
  setgid: { help: 'setgid GID', read: (line) => withShown(sys('setgid', [num(line.number('gid'))])) },
  mmap: {
    help: 'mmap SIZE PROTECTION [FD]',
    read: (line) => {
      const size = line.big('size')
      const prot = protection(line)
      const file = line.more ? fd(line) : undefined
      const flags = file ? MAP_PRIVATE : MAP_PRIVATE | MAP_ANONYMOUS
      return sys('mmap', [NULL, num(size), num(prot), num(flags), file ?? num(-1), NULL], String(size), String(prot))
    },
  },
  mprotect: {
    help: 'mprotect ADDRESS SIZE PROTECTION',
    read: (line) => {
      const where = line.next('address')
      const size = line.big('size')
      const prot = protection(line)
      return sys('mprotect', [argument(where), num(size), num(prot)], where.value, String(size), String(prot))
    },
  },
  dup2: { help: 'dup2 FD NEW', read: (line) => withShown(sys('dup2', [fd(line), num(line.number('file descriptor'))])) },
  pipe: { help: 'pipe: reading end bound to pipe.r, writing end to pipe.w', read: () => sys('pipe2', [room(8), num(0)]) },
  bpf: { help: 'bpf COMMAND', read: (line) => withShown(sys('bpf', [num(line.big('command')), room(144), num(144)])) },
  init_module: {
    help: 'init_module NAME',
    read: (line) => {
      const name = line.text('name')
      return sys('init_module', [bytes(name), num(textBytes(name).length), text('')], name)
    },
  },
  finit_module: { help: 'finit_module FD', read: (line) => withShown(sys('finit_module', [fd(line), text(''), num(0)])) },
  syscall: {
    help: 'syscall NAME [ARG...] [= RESULT]',
    read: (line) => {
      const answer = line.tail('=')
      const token = line.next('system call')
      const row = syscallByName(token.value)
      if (!row) line.fault('acts.syscall', [token.value], token.span)
      const rest = line.rest()
      if (row && rest.length > row.args.length) line.fault('acts.extra', [rest[row.args.length].value], rest[row.args.length].span)
      const result = answer && numberOf(answer.value)
      const body = sys(row?.name ?? token.value, rest.map(argument), ...rest.map((t) => t.value))
      return result === undefined ? body : { ...(body as Extract<ActBody, { kind: 'syscall' }>), answer: result }
    },
  },
  iter: { help: 'iter PROGRAM: user space reads an iterator', read: (line) => ({ kind: 'iter', program: line.text('program') }) },
  prog: {
    help: 'prog PROGRAM [HEX]: user space runs a program of type syscall',
    read: (line) => {
      const program = line.text('program')
      const hex = line.more ? line.text('bytes') : ''
      const context = fromHex(hex)
      if (!context) line.fault('acts.argument', [hex, 'bytes'])
      return { kind: 'prog', program, bytes: context ?? new Uint8Array(0) }
    },
  },
}

/** Shows the arguments as they are. */
function withShown(b: ActBody): ActBody {
  return b.kind === 'syscall' ? { ...b, shown: b.args.map(showArg) } : b
}
