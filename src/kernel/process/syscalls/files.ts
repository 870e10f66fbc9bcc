// System calls on files: open, read, write, close, and those that change names. Each goes through the functions that tools watch, and the hooks of security
// modules may refuse it. Linux: fs/open.c, fs/read_write.c, fs/namei.c, fs/file_table.c.
import { EACCES, EBADF, EEXIST, EFAULT, EINVAL, ENOENT } from '../../errno.ts'
import type { Happening } from '../../world/engine.ts'
import { call, enter, security } from '../calls.ts'
import { mayOpenDevice } from '../cgroup-hooks.ts'
import {
  absolute,
  dentryOf,
  fileAt,
  fsOf,
  inodeOf,
  install,
  makeInode,
  maskOf,
  mountOf,
  openFile,
  permission,
  setInode,
  uninstall,
  words,
} from '../files.ts'
import { errno, OPEN_FLAGS, PAGE_BYTES } from '../numbers.ts'

import type { Runtime } from '../runtime.ts'
import { closeSocket, readSocket, writeSocket } from '../sockets.ts'
import type { Dentry, OpenFile, SystemCall, TaskState } from '../state.ts'
import { make, pointer, put, textObject } from '../structs.ts'
import { read as readUser, textBytes, textOf, write as writeUser } from '../user-memory.ts'
import { int, type Outcome, type SyscallBody, size, userText } from './body.ts'

const O_CREAT = OPEN_FLAGS.get('O_CREAT')!
const O_TRUNC = OPEN_FLAGS.get('O_TRUNC')!
const O_APPEND = OPEN_FLAGS.get('O_APPEND')!
const O_EXCL = OPEN_FLAGS.get('O_EXCL')!
const MAX_TEXT = 65536
const MAY_READ = 4
const MAY_WRITE = 2

/** The dentry of a path that user space names, and struct filename for it. */
export function lookUp(
  rt: Runtime,
  t: TaskState,
  address: bigint | undefined,
): { readonly dentry: Dentry; readonly filename: bigint } | undefined {
  const path = userText(rt, t, address)
  if (path === undefined) return undefined
  return { dentry: dentryOf(rt, fsOf(t), absolute(t.cwd, path)), filename: filenameOf(rt, path, address ?? 0n) }
}

const filenameOf = (rt: Runtime, path: string, address: bigint): bigint => {
  const key = `filename ${path}`
  const known = rt.state.shared.get(key)
  const ram = known ?? make(rt.kernel, rt.structs, 'filename', { name: pointer(textObject(rt, path)) })
  if (known === undefined) rt.state.shared.set(key, ram)
  put(rt.kernel, rt.structs, ram, 'filename', { uptr: address })
  return pointer(ram)
}

export const pathWords = (rt: Runtime, d: Dentry): bigint => words(rt, [pointer(mountOf(rt, d.fs)), pointer(d.ram)])
const parentOf = (rt: Runtime, d: Dentry): Dentry => dentryOf(rt, d.fs, d.path.slice(0, d.path.lastIndexOf('/')) || '/')
const inodeAt = (rt: Runtime, d: Dentry): bigint => pointer(inodeOf(rt, d)?.ram ?? 0)

function* openAt(rt: Runtime, t: TaskState, dfd: bigint, name: bigint | undefined, flags: number, mode: number): Happening<bigint> {
  const how = words(rt, [BigInt(flags), BigInt(mode), 0n])
  const instead = yield* enter(rt, 'do_sys_openat2', [dfd, name ?? 0n, how])
  if (instead !== undefined) return instead
  const found = lookUp(rt, t, name)
  if (!found) return BigInt(-EFAULT)
  let fd = 0
  const opened = yield* call(rt, 'do_filp_open', [dfd, found.filename, how], function* () {
    const made = yield* openDentry(rt, t, found.dentry, flags, mode)
    if (typeof made === 'number') return BigInt(made)
    fd = install(rt, t, made)
    return pointer(made.ram)
  })
  return BigInt.asIntN(64, opened) < 0n && BigInt.asIntN(64, opened) > -4096n ? BigInt.asIntN(64, opened) : BigInt(fd)
}

/** The file, or an error. */
function* openDentry(rt: Runtime, t: TaskState, d: Dentry, flags: number, mode: number): Happening<OpenFile | number> {
  let inode = inodeOf(rt, d)
  if (inode && flags & O_CREAT && flags & O_EXCL) return -EEXIST
  if (!inode) {
    if (!(flags & O_CREAT)) return -ENOENT
    const parent = parentOf(rt, d)
    const dir = inodeOf(rt, parent)
    if (!dir) return -ENOENT
    const denied = permission(t, dir, MAY_WRITE) || (yield* security(rt, 'inode_create', [pointer(dir.ram), pointer(d.ram), BigInt(mode)]))
    if (denied !== 0) return denied
    inode = makeInode(rt, d.fs, d.path, 'file', mode & 0o7777, '', t.euid)
    setInode(rt, d, inode)
  } else {
    const denied = permission(t, inode, maskOf(flags))
    if (denied !== 0) return denied
    const barred = inode.kind === 'chr' ? yield* mayOpenDevice(rt, t, d.path, maskOf(flags)) : 0
    if (barred !== 0) return barred
    if (inode.kind === 'dir' && (flags & 3) !== 0) return errno('EISDIR')
  }
  const file = openFile(rt, t, d, flags, inode.kind)
  const refused = yield* call(rt, 'vfs_open', [pathWords(rt, d), pointer(file.ram)], function* () {
    return BigInt(yield* security(rt, 'file_open', [pointer(file.ram)]))
  })
  if (refused !== 0n) {
    rt.state.files.delete(file.id)
    return Number(refused)
  }
  if (flags & O_TRUNC) inode.text = ''
  return file
}

const WHOLE = 0x7ffff000

export function* readFile(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const [fd, buf, count] = args
  const instead = yield* enter(rt, 'ksys_read', args.slice(0, 3))
  if (instead !== undefined) return instead
  const file = fileAt(rt, t, int(fd))
  if (!file || (file.flags & 3) === 1) return BigInt(-EBADF)
  const over = yield* enter(rt, 'vfs_read', [pointer(file.ram), buf, count, words(rt, [BigInt(file.pos)])])
  if (over !== undefined) return over
  const denied = yield* security(rt, 'file_permission', [pointer(file.ram), BigInt(MAY_READ)])
  if (denied !== 0) return BigInt(denied)
  const wanted = Math.min(size(count), WHOLE)
  if (file.socket >= 0) return yield* readSocket(rt, t, file, size(buf), wanted)
  const inode = rt.state.inodes.get(file.inode)
  if (inode?.kind === 'dir') return BigInt(errno('EISDIR'))
  const text = contents(file, inode?.text ?? '')
  const bytes = textBytes(text).subarray(file.pos, file.pos + Math.min(wanted, MAX_TEXT))
  if (bytes.length > 0 && !writeUser(rt.state.spaces[t.mm], size(buf), bytes)) return BigInt(-EFAULT)
  seek(rt, file, file.pos + bytes.length)
  return BigInt(bytes.length)
}

/** Files that nobody described hold a line with their name. */
const contents = (file: OpenFile, text: string): string =>
  text === '' && file.kind === 'file'
    ? `${file.path}\n`
    : file.path === '/dev/zero' || file.path === '/dev/urandom'
      ? '\0'.repeat(PAGE_BYTES)
      : text

function seek(rt: Runtime, file: OpenFile, pos: number): void {
  file.pos = pos
  put(rt.kernel, rt.structs, file.ram, 'file', { f_pos: pos })
}

export function* writeFile(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const [fd, buf, count] = args
  const instead = yield* enter(rt, 'ksys_write', args.slice(0, 3))
  if (instead !== undefined) return instead
  const file = fileAt(rt, t, int(fd))
  if (!file || (file.flags & 3) === 0) return BigInt(-EBADF)
  const over = yield* enter(rt, 'vfs_write', [pointer(file.ram), buf, count, words(rt, [BigInt(file.pos)])])
  if (over !== undefined) return over
  const denied = yield* security(rt, 'file_permission', [pointer(file.ram), BigInt(MAY_WRITE)])
  if (denied !== 0) return BigInt(denied)
  const bytes = readUser(rt.state.spaces[t.mm], size(buf), Math.min(size(count), MAX_TEXT))
  if (bytes.length === 0 && size(count) > 0) return BigInt(-EFAULT)
  if (file.socket >= 0) return yield* writeSocket(rt, t, file, size(buf), textOf(bytes))
  const inode = rt.state.inodes.get(file.inode)
  if (inode && file.kind === 'file') {
    const at = file.flags & O_APPEND ? inode.text.length : file.pos
    inode.text = (inode.text.slice(0, at).padEnd(at, '\0') + textOf(bytes) + inode.text.slice(at + bytes.length)).slice(0, MAX_TEXT)
    put(rt.kernel, rt.structs, inode.ram, 'inode', { i_size: inode.text.length })
  }
  seek(rt, file, file.pos + bytes.length)
  return BigInt(bytes.length)
}

export function* closeFd(rt: Runtime, t: TaskState, fd: number): Happening<bigint> {
  const gone = uninstall(rt, t, fd)
  if (typeof gone === 'number') return BigInt(gone)
  const { file, last } = gone
  return yield* call(rt, 'filp_close', [pointer(file.ram), pointer(t.obj.files)], function* () {
    if (!last) return 0n
    yield* call(rt, '__fput', [pointer(file.ram)])
    if (file.socket >= 0) yield* closeSocket(rt, t, rt.state.sockets[file.socket])
    rt.state.files.delete(file.id)
    return 0n
  })
}

/** A call that takes one name and asks the hooks on it before `change` is done. */
function* onName(
  rt: Runtime,
  t: TaskState,
  address: bigint | undefined,
  outer: string,
  args: (filename: bigint) => readonly bigint[],
  steps: (d: Dentry, dir: bigint) => Happening<number>,
): Happening<bigint> {
  const found = lookUp(rt, t, address)
  if (!found) return BigInt(-EFAULT)
  return yield* call(rt, outer, args(found.filename), function* () {
    return BigInt(yield* steps(found.dentry, inodeAt(rt, parentOf(rt, found.dentry))))
  })
}

/** Whether the task may change names in the directory of a dentry. */
function mayChange(rt: Runtime, t: TaskState, d: Dentry): number {
  const dir = inodeOf(rt, parentOf(rt, d))
  return dir ? permission(t, dir, MAY_WRITE) : -ENOENT
}

/** security_path_X, then vfs_X with security_inode_X in it. */
function* change(
  rt: Runtime,
  path: readonly [string, readonly bigint[]],
  vfs: readonly [string, readonly bigint[]],
  inode: readonly [string, readonly bigint[]],
  through?: readonly bigint[],
): Happening<number> {
  const refused = yield* security(rt, path[0], path[1])
  if (refused !== 0) return refused
  return Number(
    yield* call(rt, vfs[0], vfs[1], function* () {
      return BigInt(yield* security(rt, inode[0], inode[1], { args: through ?? inode[1] }))
    }),
  )
}

const unlink = (rt: Runtime, t: TaskState, dfd: bigint, name: bigint | undefined): Happening<bigint> =>
  onName(
    rt,
    t,
    name,
    'do_unlinkat',
    (filename) => [dfd, filename],
    function* (d, dir) {
      const inode = inodeOf(rt, d)
      if (!inode) return -ENOENT
      if (inode.kind === 'dir') return errno('EISDIR')
      const denied = mayChange(rt, t, d)
      if (denied !== 0) return denied
      const parent = pathWords(rt, parentOf(rt, d))
      const failed = yield* change(
        rt,
        ['path_unlink', [parent, pointer(d.ram)]],
        ['vfs_unlink', [0n, dir, pointer(d.ram), 0n]],
        ['inode_unlink', [dir, pointer(d.ram)]],
      )
      if (failed === 0) setInode(rt, d, undefined)
      return failed
    },
  )

const makeDirectory = (rt: Runtime, t: TaskState, dfd: bigint, name: bigint | undefined, mode: number): Happening<bigint> =>
  onName(
    rt,
    t,
    name,
    'do_mkdirat',
    (filename) => [dfd, filename, BigInt(mode)],
    function* (d, dir) {
      // Directories that nobody made are not there, whatever else is made up.
      if (inodeOf(rt, d) && rt.state.shared.has(`made ${d.fs}:${d.path}`)) return -EEXIST
      const denied = mayChange(rt, t, d)
      if (denied !== 0) return denied
      const word = BigInt(mode)
      const parent = pathWords(rt, parentOf(rt, d))
      const failed = yield* change(
        rt,
        ['path_mkdir', [parent, pointer(d.ram), word]],
        ['vfs_mkdir', [0n, dir, pointer(d.ram), word]],
        ['inode_mkdir', [dir, pointer(d.ram), word]],
      )
      if (failed === 0) {
        setInode(rt, d, makeInode(rt, d.fs, d.path, 'dir', mode & 0o7777, '', t.euid))
        rt.state.shared.set(`made ${d.fs}:${d.path}`, d.ram)
      }
      return failed
    },
  )

const removeDirectory = (rt: Runtime, t: TaskState, name: bigint | undefined): Happening<bigint> =>
  onName(
    rt,
    t,
    name,
    'do_rmdir',
    (filename) => [-100n, filename],
    function* (d, dir) {
      if (!inodeOf(rt, d)) return -ENOENT
      if (inodeOf(rt, d)?.kind !== 'dir') return errno('ENOTDIR')
      const denied = mayChange(rt, t, d)
      if (denied !== 0) return denied
      const parent = pathWords(rt, parentOf(rt, d))
      const failed = yield* change(
        rt,
        ['path_rmdir', [parent, pointer(d.ram)]],
        ['vfs_rmdir', [0n, dir, pointer(d.ram)]],
        ['inode_rmdir', [dir, pointer(d.ram)]],
      )
      if (failed === 0) setInode(rt, d, undefined)
      return failed
    },
  )

function* rename(rt: Runtime, t: TaskState, from: bigint | undefined, to: bigint | undefined, flags: bigint): Happening<bigint> {
  const old = lookUp(rt, t, from)
  const fresh = lookUp(rt, t, to)
  if (!old || !fresh) return BigInt(-EFAULT)
  return yield* call(rt, 'do_renameat2', [-100n, old.filename, -100n, fresh.filename, flags], function* () {
    const inode = inodeOf(rt, old.dentry)
    if (!inode) return BigInt(-ENOENT)
    const denied = mayChange(rt, t, old.dentry) || mayChange(rt, t, fresh.dentry)
    if (denied !== 0) return BigInt(denied)
    const [d, e] = [pointer(old.dentry.ram), pointer(fresh.dentry.ram)]
    const [dirs, dirTo] = [inodeAt(rt, parentOf(rt, old.dentry)), inodeAt(rt, parentOf(rt, fresh.dentry))]
    const paths = [pathWords(rt, parentOf(rt, old.dentry)), d, pathWords(rt, parentOf(rt, fresh.dentry)), e, flags]
    const rd = words(rt, [0n, pointer(parentOf(rt, old.dentry).ram), d, pointer(parentOf(rt, fresh.dentry).ram), e, 0n, flags])
    const failed = yield* change(
      rt,
      ['path_rename', paths],
      ['vfs_rename', [rd]],
      ['inode_rename', [dirs, d, dirTo, e]],
      [dirs, d, dirTo, e, flags],
    )
    if (failed === 0) {
      setInode(rt, fresh.dentry, inode)
      setInode(rt, old.dentry, undefined)
    }
    return BigInt(failed)
  })
}

const chmod = (rt: Runtime, t: TaskState, dfd: bigint, name: bigint | undefined, mode: number): Happening<bigint> =>
  onName(
    rt,
    t,
    name,
    'do_fchmodat',
    () => [dfd, name ?? 0n, BigInt(mode), 0n],
    function* (d) {
      const inode = inodeOf(rt, d)
      if (!inode) return -ENOENT
      if (t.euid !== 0 && t.euid !== inode.uid) return -1
      const refused = yield* security(rt, 'path_chmod', [pathWords(rt, d), BigInt(mode)])
      if (refused !== 0) return refused
      const iattr = make(rt.kernel, rt.structs, 'iattr', { ia_valid: 0x41, ia_mode: mode })
      const failed = yield* call(rt, 'notify_change', [0n, pointer(d.ram), pointer(iattr), 0n], function* () {
        return BigInt(yield* security(rt, 'inode_setattr', [0n, pointer(d.ram), pointer(iattr)]))
      })
      if (failed === 0n) {
        inode.mode = (inode.mode & ~0o7777) | (mode & 0o7777)
        put(rt.kernel, rt.structs, inode.ram, 'inode', { i_mode: inode.mode })
      }
      return Number(failed)
    },
  )

function stat(rt: Runtime, t: TaskState, name: bigint | undefined): bigint {
  const found = lookUp(rt, t, name)
  return BigInt(!found ? -EFAULT : inodeOf(rt, found.dentry) ? 0 : -ENOENT)
}

function* mountAt(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  const found = lookUp(rt, t, args[1])
  const source = userText(rt, t, args[0])
  if (!found) return BigInt(-EFAULT)
  const path = pathWords(rt, found.dentry)
  const texts = [pointer(textObject(rt, source ?? '')), pointer(textObject(rt, userText(rt, t, args[2]) ?? ''))]
  return yield* call(rt, 'path_mount', [texts[0], path, texts[1], args[3] ?? 0n, args[4] ?? 0n], function* () {
    const refused = yield* security(rt, 'sb_mount', [texts[0], path, texts[1], args[3] ?? 0n, args[4] ?? 0n])
    if (refused !== 0) return BigInt(refused)
    return t.caps & CAP_SYS_ADMIN ? 0n : -1n
  })
}

const CAP_SYS_ADMIN = 1n << 21n

function changeDirectory(rt: Runtime, t: TaskState, name: bigint | undefined): bigint {
  const found = lookUp(rt, t, name)
  if (!found) return BigInt(-EFAULT)
  const inode = inodeOf(rt, found.dentry)
  if (!inode) return BigInt(-ENOENT)
  if (permission(t, inode, 1) !== 0) return BigInt(-EACCES)
  t.cwd = found.dentry.path
  return 0n
}

function* duplicate(rt: Runtime, t: TaskState, old: number, wanted: number): Happening<bigint> {
  const file = fileAt(rt, t, old)
  if (!file) return BigInt(-EBADF)
  if (wanted >= 0 && fileAt(rt, t, wanted)) yield* closeFd(rt, t, wanted)
  return BigInt(install(rt, t, file, wanted))
}

function readLink(rt: Runtime, t: TaskState, name: bigint | undefined): bigint {
  const found = lookUp(rt, t, name)
  return BigInt(!found ? -EFAULT : inodeOf(rt, found.dentry) ? -EINVAL : -ENOENT)
}

const AT_FDCWD = -100n
const resume = function* (rt: Runtime, t: TaskState, c: SystemCall): Happening<Outcome> {
  const file = fileAt(rt, t, int(c.args[0]))
  if (!file) return BigInt(-EBADF)
  return yield* readSocket(rt, t, file, size(c.args[1]), Math.min(size(c.args[2]), WHOLE))
}

export const FILE_CALLS: Readonly<Record<string, SyscallBody>> = {
  openat: { costNs: 2400, start: (rt, t, a) => openAt(rt, t, a[0], a[1], int(a[2]), int(a[3])) },
  open: { costNs: 2400, start: (rt, t, a) => openAt(rt, t, AT_FDCWD, a[0], int(a[1]), int(a[2])) },
  creat: { costNs: 3000, start: (rt, t, a) => openAt(rt, t, AT_FDCWD, a[0], O_CREAT | O_TRUNC | 1, int(a[1])) },
  read: { costNs: 900, start: readFile, resume },
  write: { costNs: 1100, start: writeFile },
  close: { costNs: 300, start: (rt, t, a) => closeFd(rt, t, int(a[0])) },
  unlink: { costNs: 6000, start: (rt, t, a) => unlink(rt, t, AT_FDCWD, a[0]) },
  unlinkat: { costNs: 6000, start: (rt, t, a) => (int(a[2]) & 0x200 ? removeDirectory(rt, t, a[1]) : unlink(rt, t, a[0], a[1])) },
  rmdir: { costNs: 7000, start: (rt, t, a) => removeDirectory(rt, t, a[0]) },
  mkdir: { costNs: 8000, start: (rt, t, a) => makeDirectory(rt, t, AT_FDCWD, a[0], int(a[1])) },
  mkdirat: { costNs: 8000, start: (rt, t, a) => makeDirectory(rt, t, a[0], a[1], int(a[2])) },
  rename: { costNs: 9000, start: (rt, t, a) => rename(rt, t, a[0], a[1], 0n) },
  renameat: { costNs: 9000, start: (rt, t, a) => rename(rt, t, a[1], a[3], 0n) },
  renameat2: { costNs: 9000, start: (rt, t, a) => rename(rt, t, a[1], a[3], a[4] ?? 0n) },
  chmod: { costNs: 4000, start: (rt, t, a) => chmod(rt, t, AT_FDCWD, a[0], int(a[1])) },
  fchmodat: { costNs: 4000, start: (rt, t, a) => chmod(rt, t, a[0], a[1], int(a[2])) },
  stat: { costNs: 900, start: (rt, t, a) => stat(rt, t, a[0]) },
  lstat: { costNs: 900, start: (rt, t, a) => stat(rt, t, a[0]) },
  newfstatat: { costNs: 900, start: (rt, t, a) => stat(rt, t, a[1]) },
  access: { costNs: 800, start: (rt, t, a) => stat(rt, t, a[0]) },
  faccessat: { costNs: 800, start: (rt, t, a) => stat(rt, t, a[1]) },
  readlink: { costNs: 900, start: (rt, t, a) => readLink(rt, t, a[0]) },
  mount: { costNs: 60_000, start: mountAt },
  chdir: { costNs: 700, start: (rt, t, a) => changeDirectory(rt, t, a[0]) },
  dup: { costNs: 200, start: (rt, t, a) => duplicate(rt, t, int(a[0]), -1) },
  dup2: { costNs: 200, start: (rt, t, a) => duplicate(rt, t, int(a[0]), int(a[1])) },
  dup3: { costNs: 200, start: (rt, t, a) => duplicate(rt, t, int(a[0]), int(a[1])) },
}
