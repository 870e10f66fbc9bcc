// Numbers of Linux that system calls, signals and structures of processes are written with. Sources: the UAPI headers of 6.18 (x86-64).
import { errnoNumber } from '../../abi/index.ts'
import { assert } from '../../base/index.ts'

export const PAGE_BYTES = 4096
export const AT_FDCWD = -100
export const AF_UNIX = 1
export const AF_INET = 2
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const TCP_ESTABLISHED = 1
export const TCP_SYN_SENT = 2
export const TCP_CLOSE = 7
export const TCP_LISTEN = 10

export const MAP_PRIVATE = 2
export const MAP_ANONYMOUS = 0x20
export const CLONE_VM = 0x100
export const CLONE_FILES = 0x400
export const CLONE_THREAD = 0x10000
export const SIGCHLD = 17

/** `-name(e)` is what a system call answers. */
export function errno(name: string): number {
  const number = errnoNumber(name)
  assert(number !== undefined, `${name} is an error of Linux`)
  return -number
}

/** 'NAME value' pairs. */
const pairs = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), Number(pair.slice(pair.indexOf('=') + 1))] as const),
  )

/** <asm-generic/fcntl.h> */
export const OPEN_FLAGS = pairs(`
  O_RDONLY=0 O_WRONLY=1 O_RDWR=2 O_CREAT=0x40 O_EXCL=0x80 O_NOCTTY=0x100 O_TRUNC=0x200 O_APPEND=0x400 O_NONBLOCK=0x800 O_DIRECTORY=0x10000
  O_NOFOLLOW=0x20000 O_CLOEXEC=0x80000 O_PATH=0x200000`)

/** <asm/signal.h> */
export const SIGNALS = pairs(`
  SIGHUP=1 SIGINT=2 SIGQUIT=3 SIGILL=4 SIGTRAP=5 SIGABRT=6 SIGBUS=7 SIGFPE=8 SIGKILL=9 SIGUSR1=10 SIGSEGV=11 SIGUSR2=12 SIGPIPE=13 SIGALRM=14
  SIGTERM=15 SIGSTKFLT=16 SIGCHLD=17 SIGCONT=18 SIGSTOP=19 SIGTSTP=20 SIGTTIN=21 SIGTTOU=22 SIGURG=23 SIGXCPU=24 SIGXFSZ=25 SIGVTALRM=26
  SIGPROF=27 SIGWINCH=28 SIGIO=29 SIGPWR=30 SIGSYS=31`)

/** Names that acts may use for numbers. <linux/sched.h>, <linux/ptrace.h>, <linux/mman.h>, <linux/bpf.h>, <linux/mount.h>, <linux/prctl.h>, <linux/capability.h> */
const CONSTANTS = pairs(`
  AT_FDCWD=-100 AT_REMOVEDIR=0x200 AT_EMPTY_PATH=0x1000 AF_UNIX=1 AF_INET=2 AF_INET6=10 AF_NETLINK=16 AF_PACKET=17 AF_ALG=38 SOCK_STREAM=1 SOCK_DGRAM=2 SOCK_RAW=3
  PROT_NONE=0 PROT_READ=1 PROT_WRITE=2 PROT_EXEC=4 MAP_SHARED=1 MAP_PRIVATE=2 MAP_FIXED=0x10 MAP_ANONYMOUS=0x20
  CLONE_VM=0x100 CLONE_FS=0x200 CLONE_FILES=0x400 CLONE_SIGHAND=0x800 CLONE_VFORK=0x4000 CLONE_THREAD=0x10000 CLONE_NEWNS=0x20000
  CLONE_NEWTIME=0x80 CLONE_NEWCGROUP=0x2000000 CLONE_NEWUTS=0x4000000 CLONE_NEWIPC=0x8000000 CLONE_NEWUSER=0x10000000 CLONE_NEWPID=0x20000000
  CLONE_NEWNET=0x40000000
  PTRACE_TRACEME=0 PTRACE_PEEKTEXT=1 PTRACE_PEEKDATA=2 PTRACE_POKETEXT=4 PTRACE_POKEDATA=5 PTRACE_CONT=7 PTRACE_GETREGS=12 PTRACE_SETREGS=13
  PTRACE_ATTACH=16 PTRACE_DETACH=17 PTRACE_SEIZE=0x4206
  MS_RDONLY=1 MS_NOSUID=2 MS_NODEV=4 MS_NOEXEC=8 MS_REMOUNT=32 MS_BIND=4096 MS_MOVE=8192 MS_REC=16384 MS_PRIVATE=262144
  BPF_MAP_CREATE=0 BPF_MAP_LOOKUP_ELEM=1 BPF_MAP_UPDATE_ELEM=2 BPF_MAP_DELETE_ELEM=3 BPF_PROG_LOAD=5 BPF_PROG_ATTACH=8 BPF_LINK_CREATE=28
  PR_SET_NAME=15 PR_SET_DUMPABLE=4 PR_SET_NO_NEW_PRIVS=38 PR_SET_SECCOMP=22
  CAP_CHOWN=0 CAP_DAC_OVERRIDE=1 CAP_DAC_READ_SEARCH=2 CAP_KILL=5 CAP_SETGID=6 CAP_SETUID=7 CAP_NET_BIND_SERVICE=10 CAP_NET_ADMIN=12
  CAP_NET_RAW=13 CAP_SYS_MODULE=16 CAP_SYS_CHROOT=18 CAP_SYS_PTRACE=19 CAP_SYS_ADMIN=21 CAP_SYS_BOOT=22 CAP_MKNOD=27 CAP_PERFMON=38 CAP_BPF=39`)

/** The number that a name stands for: a flag, a signal, a constant. */
export const constant = (name: string): number | undefined => CONSTANTS.get(name) ?? OPEN_FLAGS.get(name) ?? SIGNALS.get(name)
