// Files by path: inodes, dentries and open file descriptions, made when they are first asked for. A container has a tree of its own; everything else of
// a host shares one. A path that nobody described and nobody removed is there with made-up contents, so that a scenario need not list /usr/bin.
import { EACCES, EBADF } from '../errno.ts'
import { addObject } from '../objects.ts'
import { errno } from './numbers.ts'
import type { Runtime } from './runtime.ts'
import type { Dentry, FileKind, Inode, OpenFile, TaskState } from './state.ts'
import { make, pointer, put, textObject } from './structs.ts'

export const MAX_FDS = 256
const S_IFMT: Readonly<Record<FileKind, number>> = {
  file: 0o100000,
  dir: 0o040000,
  socket: 0o140000,
  pipe: 0o010000,
  chr: 0o020000,
  anon: 0,
}
const EXT4_MAGIC = 0xef53
const OVERLAY_MAGIC = 0x794c7630
const HOST_DEV = (8 << 20) | 1
const SHORT_NAME = 39

/** Modes of files that are known not to be readable by everybody, and paths that a plain system does not have. */
const MODES: Readonly<Record<string, number>> = {
  '/etc/shadow': 0o640,
  '/etc/gshadow': 0o640,
  '/etc/sudoers': 0o440,
  '/root': 0o700,
  '/etc/ssh/ssh_host_ed25519_key': 0o600,
}
const ABSENT = new Set(['/etc/ld.so.preload', '/etc/nologin', '/.dockerenv'])

const DIRECTORIES =
  /^\/(bin|boot|dev|etc|home|lib|lib64|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?$|^\/(usr\/(bin|sbin|lib|local|share)|etc\/[\w-]+\.d|var\/(lib|log|run|tmp|cache)|home\/\w+)$|\/$/

export const fsOf = (t: TaskState): string => t.container

/** An absolute path without . and .. */
export function absolute(cwd: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** The dentry of an absolute path in a tree; its inode is -1 where there is no such file. */
export function dentryOf(rt: Runtime, fs: string, path: string): Dentry {
  const key = `${fs}:${path}`
  const known = rt.state.dentries.get(key)
  if (known) return known
  const { kernel: k, structs: s } = rt
  const name = path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1)
  const parent = path === '/' ? undefined : dentryOf(rt, fs, path.slice(0, path.lastIndexOf('/')) || '/')
  const ram = make(k, s, 'dentry', { 'd_name.len': name.length, d_sb: pointer(superBlock(rt, fs)) })
  const short = name.length <= SHORT_NAME
  put(k, s, ram, 'dentry', {
    d_parent: pointer(parent?.ram ?? ram),
    'd_shortname.string': name,
    'd_name.name': short ? pointer(ram + s.field('dentry', 'd_shortname').at) : pointer(textObject(rt, name)),
  })
  const dentry: Dentry = { path, fs, inode: -1, ram }
  rt.state.dentries.set(key, dentry)
  if (!ABSENT.has(path)) setInode(rt, dentry, makeInode(rt, fs, path, DIRECTORIES.test(path) ? 'dir' : kindOf(path)))
  return dentry
}

const kindOf = (path: string): FileKind =>
  path.startsWith('/dev/') ? 'chr' : path.startsWith('pipe:') ? 'pipe' : path.startsWith('socket:') ? 'socket' : 'file'

export function makeInode(rt: Runtime, fs: string, path: string, kind: FileKind, permissions?: number, text = '', uid = 0): Inode {
  const { kernel: k, structs: s } = rt
  const ino = rt.state.nextIno++
  const executable = /\/s?bin\/|\.so/.test(path)
  const bits =
    permissions ??
    MODES[path] ??
    (path.startsWith('/root/') ? 0o600 : kind === 'dir' || executable ? 0o755 : kind === 'chr' ? 0o666 : 0o644)
  const mode = S_IFMT[kind] | bits
  const ram = make(k, s, 'inode', {
    i_ino: ino,
    i_mode: mode,
    'i_uid.val': uid,
    i_sb: pointer(superBlock(rt, fs)),
    i_size: text.length,
    i_nlink: 1,
    i_generation: ino * 7919,
  })
  const inode: Inode = { ino, kind, mode, uid, gid: path === '/etc/shadow' ? 42 : 0, text, ram, madeUp: permissions === undefined }
  put(k, s, ram, 'inode', { 'i_gid.val': inode.gid })
  rt.state.inodes.set(ino, inode)
  return inode
}

/** Gives a name its file, or takes it (undefined). */
export function setInode(rt: Runtime, d: Dentry, inode: Inode | undefined): void {
  d.inode = inode?.ino ?? -1
  put(rt.kernel, rt.structs, d.ram, 'dentry', { d_inode: pointer(inode?.ram ?? 0) })
}

export const inodeOf = (rt: Runtime, d: Dentry): Inode | undefined => rt.state.inodes.get(d.inode)

function superBlock(rt: Runtime, fs: string): number {
  const key = `sb ${fs}`
  const known = rt.state.shared.get(key)
  if (known !== undefined) return known
  const { kernel: k, structs: s } = rt
  const type = make(k, s, 'file_system_type', { name: pointer(textObject(rt, fs === '' ? 'ext4' : 'overlay')) })
  const dev = fs === '' ? HOST_DEV : 50 + rt.state.shared.size
  const ram = make(k, s, 'super_block', {
    s_dev: dev,
    s_magic: fs === '' ? EXT4_MAGIC : OVERLAY_MAGIC,
    s_type: pointer(type),
    s_id: fs === '' ? 'sda1' : 'overlay',
  })
  rt.state.shared.set(key, ram)
  return ram
}

/** struct vfsmount of a tree. */
export function mountOf(rt: Runtime, fs: string): number {
  const { kernel: k, structs: s } = rt
  const at = s.field('mount', 'mnt').at
  const key = `mount ${fs}`
  const known = rt.state.shared.get(key)
  if (known !== undefined) return known + at
  const root = dentryOf(rt, fs, '/')
  const ram = make(k, s, 'mount', {
    mnt_id: 20 + rt.state.shared.size,
    mnt_mountpoint: pointer(root.ram),
    'mnt.mnt_root': pointer(root.ram),
    'mnt.mnt_sb': pointer(superBlock(rt, fs)),
    mnt_devname: pointer(textObject(rt, fs === '' ? '/dev/sda1' : 'overlay')),
  })
  put(k, s, ram, 'mount', { mnt_parent: pointer(ram) })
  rt.state.shared.set(key, ram)
  return ram + at
}

interface PathObjects {
  readonly mnt: bigint
  readonly dentry: bigint
  readonly inode: bigint
}

/** What struct path of a file says. */
export function openPath(rt: Runtime, t: TaskState, path: string): PathObjects {
  const d = dentryOf(rt, fsOf(t), absolute(t.cwd, path))
  return { mnt: pointer(mountOf(rt, fsOf(t))), dentry: pointer(d.ram), inode: pointer(inodeOf(rt, d)?.ram ?? 0) }
}

const CAP_DAC_OVERRIDE = 1n << 1n
const MAY_WRITE = 2
const MAY_READ = 4
const MAY_EXEC = 1

/** 0, or -EACCES where the task may not do what the mask says. */
export function permission(t: TaskState, inode: Inode, mask: number): number {
  if (t.caps & CAP_DAC_OVERRIDE && (mask !== MAY_EXEC || inode.mode & 0o111)) return 0
  const shift = t.euid === inode.uid ? 6 : t.gid === inode.gid ? 3 : 0
  return ((inode.mode >> shift) & mask) === mask ? 0 : -EACCES
}

const FMODE_READ = 1
const FMODE_WRITE = 2

/** Permissions that flags of open() ask for. */
export const maskOf = (flags: number): number => ((flags & 3) === 0 ? MAY_READ : (flags & 3) === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE)

/** A new open file description. */
export function openFile(rt: Runtime, t: TaskState, d: Dentry, flags: number, kind: FileKind, socket = -1): OpenFile {
  const { kernel: k, structs: s } = rt
  const inode = inodeOf(rt, d)
  const mode = ((flags & 3) === 1 ? 0 : FMODE_READ) | ((flags & 3) === 0 ? 0 : FMODE_WRITE)
  const ram = make(k, s, 'file', {
    'f_path.mnt': pointer(mountOf(rt, d.fs)),
    'f_path.dentry': pointer(d.ram),
    f_inode: pointer(inode?.ram ?? 0),
    f_flags: flags | 0x8000,
    f_mode: mode,
    f_cred: pointer(t.obj.cred),
  })
  const file: OpenFile = { id: rt.state.nextFile++, path: d.path, inode: d.inode, kind, flags, socket, pos: 0, refs: 0, ram }
  rt.state.files.set(file.id, file)
  return file
}

/** Puts a file into the lowest free descriptor (or a given one). -EMFILE where there is none. */
export function install(rt: Runtime, t: TaskState, file: OpenFile, wanted = -1): number {
  const { fds } = rt.state.tables[t.files]
  let fd = Math.max(0, wanted)
  while (wanted < 0 && fds.has(fd)) fd++
  if (fd >= MAX_FDS) return errno('EMFILE')
  fds.set(fd, file.id)
  file.refs++
  return fd
}

export function fileAt(rt: Runtime, t: TaskState, fd: number): OpenFile | undefined {
  const id = rt.state.tables[t.files]?.fds.get(fd)
  return id === undefined ? undefined : rt.state.files.get(id)
}

/** Takes a descriptor away. The file whose last one it was, for the caller to release. */
export function uninstall(rt: Runtime, t: TaskState, fd: number): { readonly file: OpenFile; readonly last: boolean } | number {
  const file = fileAt(rt, t, fd)
  if (!file) return -EBADF
  rt.state.tables[t.files].fds.delete(fd)
  return { file, last: --file.refs === 0 }
}

const SCRATCH_BYTES = 16384

/** 64-bit words that the kernel has on its stack: struct open_how, a path, a position. The place is used again after a while. */
export function words(rt: Runtime, values: readonly bigint[]): bigint {
  const { shared } = rt.state
  let ram = shared.get('scratch')
  if (ram === undefined) shared.set('scratch', (ram = addObject(rt.kernel, { name: 'kernel stack', sizeBytes: SCRATCH_BYTES })))
  const size = 8 * values.length
  if (rt.state.nextWord + size > SCRATCH_BYTES) rt.state.nextWord = 0
  const at = ram + rt.state.nextWord
  rt.state.nextWord += size
  const { view } = rt.kernel.memory.ram
  for (const [i, v] of values.entries()) view.setBigUint64(at + 8 * i, BigInt.asUintN(64, v), true)
  rt.kernel.memory.ram.touch(at, size)
  return pointer(at)
}
