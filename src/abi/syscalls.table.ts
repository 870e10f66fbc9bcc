// System calls of Linux 6.18 on x86-64, one a line: number, name ("name=tracepoint" where syscalls/sys_enter_ spells it otherwise), arguments in
// order. Kinds behind a colon: s text in user memory, p other pointer, i signed and u unsigned 32 bits, l signed 64 bits, o mode bits; without one
// an unsigned 64-bit word. Source: asm/unistd_64.h and the format files of /sys/kernel/tracing/events/syscalls of a running 6.18; those of modules
// from the prototypes in include/linux/syscalls.h.
export const SYSCALLS = `
0 read fd:u buf:p count
1 write fd:u buf:p count
2 open filename:s flags:i mode:o
3 close fd:u
4 stat=newstat filename:s statbuf:p
5 fstat=newfstat fd:u statbuf:p
6 lstat=newlstat filename:s statbuf:p
7 poll ufds:p nfds:u timeout_msecs:i
8 lseek fd:u offset:l whence:u
9 mmap addr len prot flags fd off
10 mprotect start len prot
11 munmap addr len
12 brk brk
13 rt_sigaction sig:i act:p oact:p sigsetsize
14 rt_sigprocmask how:i nset:p oset:p sigsetsize
15 rt_sigreturn
16 ioctl fd:u cmd:u arg
17 pread64 fd:u buf:p count pos:l
18 pwrite64 fd:u buf:p count pos:l
19 readv fd vec:p vlen
20 writev fd vec:p vlen
21 access filename:s mode:i
22 pipe fildes:p
23 select n:i inp:p outp:p exp:p tvp:p
24 sched_yield
25 mremap addr old_len new_len flags new_addr
26 msync start len flags:i
27 mincore start len vec:p
28 madvise start len_in behavior:i
29 shmget key:i size shmflg:i
30 shmat shmid:i shmaddr:s shmflg:i
31 shmctl shmid:i cmd:i buf:p
32 dup fildes:u
33 dup2 oldfd:u newfd:u
34 pause
35 nanosleep rqtp:p rmtp:p
36 getitimer which:i value:p
37 alarm seconds:u
38 setitimer which:i value:p ovalue:p
39 getpid
40 sendfile=sendfile64 out_fd:i in_fd:i offset:p count
41 socket family:i type:i protocol:i
42 connect fd:i uservaddr:p addrlen:i
43 accept fd:i upeer_sockaddr:p upeer_addrlen:p
44 sendto fd:i buff:p len flags:u addr:p addr_len:i
45 recvfrom fd:i ubuf:p size flags:u addr:p addr_len:p
46 sendmsg fd:i msg:p flags:u
47 recvmsg fd:i msg:p flags:u
48 shutdown fd:i how:i
49 bind fd:i umyaddr:p addrlen:i
50 listen fd:i backlog:i
51 getsockname fd:i usockaddr:p usockaddr_len:p
52 getpeername fd:i usockaddr:p usockaddr_len:p
53 socketpair family:i type:i protocol:i usockvec:p
54 setsockopt fd:i level:i optname:i optval:s optlen:i
55 getsockopt fd:i level:i optname:i optval:s optlen:p
56 clone clone_flags newsp parent_tidptr:p child_tidptr:p tls
57 fork
58 vfork
59 execve filename:s argv:p envp:p
60 exit error_code:i
61 wait4 upid:i stat_addr:p options:i ru:p
62 kill pid:i sig:i
63 uname=newuname name:p
64 semget key:i nsems:i semflg:i
65 semop semid:i tsops:p nsops
66 semctl semid:i semnum:i cmd:i arg
67 shmdt shmaddr:s
68 msgget key:i msgflg:i
69 msgsnd msqid:i msgp:p msgsz msgflg:i
70 msgrcv msqid:i msgp:p msgsz msgtyp:l msgflg:i
71 msgctl msqid:i cmd:i buf:p
72 fcntl fd:u cmd:u arg
73 flock fd:u cmd:u
74 fsync fd:u
75 fdatasync fd:u
76 truncate path:s length:l
77 ftruncate fd:u length:l
78 getdents fd:u dirent:p count:u
79 getcwd buf:p size
80 chdir filename:s
81 fchdir fd:u
82 rename oldname:s newname:s
83 mkdir pathname:s mode:o
84 rmdir pathname:s
85 creat pathname:s mode:o
86 link oldname:s newname:s
87 unlink pathname:s
88 symlink oldname:s newname:s
89 readlink path:s buf:p bufsiz:i
90 chmod filename:s mode:o
91 fchmod fd:u mode:o
92 chown filename:s user:u group:u
93 fchown fd:u user:u group:u
94 lchown filename:s user:u group:u
95 umask mask:i
96 gettimeofday tv:p tz:p
97 getrlimit resource:u rlim:p
98 getrusage who:i ru:p
99 sysinfo info:p
100 times tbuf:p
101 ptrace request:l pid:l addr data
102 getuid
103 syslog type:i buf:p len:i
104 getgid
105 setuid uid:u
106 setgid gid:u
107 geteuid
108 getegid
109 setpgid pid:i pgid:i
110 getppid
111 getpgrp
112 setsid
113 setreuid ruid:u euid:u
114 setregid rgid:u egid:u
115 getgroups gidsetsize:i grouplist:p
116 setgroups gidsetsize:i grouplist:p
117 setresuid ruid:u euid:u suid:u
118 getresuid ruidp:p euidp:p suidp:p
119 setresgid rgid:u egid:u sgid:u
120 getresgid rgidp:p egidp:p sgidp:p
121 getpgid pid:i
122 setfsuid uid:u
123 setfsgid gid:u
124 getsid pid:i
125 capget header dataptr
126 capset header data
127 rt_sigpending uset:p sigsetsize
128 rt_sigtimedwait uthese:p uinfo:p uts:p sigsetsize
129 rt_sigqueueinfo pid:i sig:i uinfo:p
130 rt_sigsuspend unewset:p sigsetsize
131 sigaltstack uss:p uoss:p
132 utime filename:s times:p
133 mknod filename:s mode:o dev
135 personality personality:u
136 ustat dev ubuf:p
137 statfs pathname:s buf:p
138 fstatfs fd:u buf:p
139 sysfs option:i arg1 arg2
140 getpriority which:i who:i
141 setpriority which:i who:i niceval:i
142 sched_setparam pid:i param:p
143 sched_getparam pid:i param:p
144 sched_setscheduler pid:i policy:i param:p
145 sched_getscheduler pid:i
146 sched_get_priority_max policy:i
147 sched_get_priority_min policy:i
148 sched_rr_get_interval pid:i interval:p
149 mlock start len
150 munlock start len
151 mlockall flags:i
152 munlockall
153 vhangup
154 modify_ldt func:i ptr:p bytecount
155 pivot_root new_root:s put_old:s
157 prctl option:i arg2 arg3 arg4 arg5
158 arch_prctl option:i arg2
159 adjtimex txc_p:p
160 setrlimit resource:u rlim:p
161 chroot filename:s
162 sync
163 acct name:s
164 settimeofday tv:p tz:p
165 mount dev_name:s dir_name:s type:s flags data:p
166 umount2=umount name:s flags:i
167 swapon specialfile:s swap_flags:i
168 swapoff specialfile:s
169 reboot magic1:i magic2:i cmd:u arg:p
170 sethostname name:s len:i
171 setdomainname name:s len:i
172 iopl level:u
173 ioperm from num turn_on:i
175 init_module umod:p len uargs:s
176 delete_module name_user:s flags:u
179 quotactl cmd:u special:s id:u addr:p
186 gettid
187 readahead fd:i offset:l count
188 setxattr pathname:s name:s value:p size flags:i
189 lsetxattr pathname:s name:s value:p size flags:i
190 fsetxattr fd:i name:s value:p size flags:i
191 getxattr pathname:s name:s value:p size
192 lgetxattr pathname:s name:s value:p size
193 fgetxattr fd:i name:s value:p size
194 listxattr pathname:s list:s size
195 llistxattr pathname:s list:s size
196 flistxattr fd:i list:s size
197 removexattr pathname:s name:s
198 lremovexattr pathname:s name:s
199 fremovexattr fd:i name:s
200 tkill pid:i sig:i
201 time tloc:p
202 futex uaddr:p op:i val:u utime:p uaddr2:p val3:u
203 sched_setaffinity pid:i len:u user_mask_ptr:p
204 sched_getaffinity pid:i len:u user_mask_ptr:p
206 io_setup nr_events ctxp:p
207 io_destroy ctx
208 io_getevents ctx_id min_nr:l nr:l events:p timeout:p
209 io_submit ctx_id nr:l iocbpp:p
210 io_cancel ctx_id iocb:p result:p
213 epoll_create size:i
216 remap_file_pages start size prot pgoff flags
217 getdents64 fd:u dirent:p count:u
218 set_tid_address tidptr:p
219 restart_syscall
220 semtimedop semid:i tsops:p nsops:u timeout:p
221 fadvise64 fd:i offset:l len advice:i
222 timer_create which_clock timer_event_spec:p created_timer_id:p
223 timer_settime timer_id:i flags:i new_setting:p old_setting:p
224 timer_gettime timer_id:i setting:p
225 timer_getoverrun timer_id:i
226 timer_delete timer_id:i
227 clock_settime which_clock tp:p
228 clock_gettime which_clock tp:p
229 clock_getres which_clock tp:p
230 clock_nanosleep which_clock flags:i rqtp:p rmtp:p
231 exit_group error_code:i
232 epoll_wait epfd:i events:p maxevents:i timeout:i
233 epoll_ctl epfd:i op:i fd:i event:p
234 tgkill tgid:i pid:i sig:i
235 utimes filename:s utimes:p
237 mbind start len mode nmask:p maxnode flags:u
238 set_mempolicy mode:i nmask:p maxnode
239 get_mempolicy policy:p nmask:p maxnode addr flags
240 mq_open u_name:s oflag:i mode:o u_attr:p
241 mq_unlink u_name:s
242 mq_timedsend mqdes:i u_msg_ptr:s msg_len msg_prio:u u_abs_timeout:p
243 mq_timedreceive mqdes:i u_msg_ptr:s msg_len u_msg_prio:p u_abs_timeout:p
244 mq_notify mqdes:i u_notification:p
245 mq_getsetattr mqdes:i u_mqstat:p u_omqstat:p
247 waitid which:i upid:i infop:p options:i ru:p
248 add_key _type:s _description:s _payload:p plen ringid:i
249 request_key _type:s _description:s _callout_info:s destringid:i
250 keyctl option:i arg2 arg3 arg4 arg5
251 ioprio_set which:i who:i ioprio:i
252 ioprio_get which:i who:i
253 inotify_init
254 inotify_add_watch fd:i pathname:s mask:u
255 inotify_rm_watch fd:i wd
256 migrate_pages pid:i maxnode old_nodes:p new_nodes:p
257 openat dfd:i filename:s flags:i mode:o
258 mkdirat dfd:i pathname:s mode:o
259 mknodat dfd:i filename:s mode:o dev:u
260 fchownat dfd:i filename:s user:u group:u flag:i
261 futimesat dfd:i filename:s utimes:p
262 newfstatat dfd:i filename:s statbuf:p flag:i
263 unlinkat dfd:i pathname:s flag:i
264 renameat olddfd:i oldname:s newdfd:i newname:s
265 linkat olddfd:i oldname:s newdfd:i newname:s flags:i
266 symlinkat oldname:s newdfd:i newname:s
267 readlinkat dfd:i pathname:s buf:p bufsiz:i
268 fchmodat dfd:i filename:s mode:o
269 faccessat dfd:i filename:s mode:i
270 pselect6 n:i inp:p outp:p exp:p tsp:p sig:p
271 ppoll ufds:p nfds:u tsp:p sigmask:p sigsetsize
272 unshare unshare_flags
273 set_robust_list head:p len
274 get_robust_list pid:i head_ptr:p len_ptr:p
275 splice fd_in:i off_in:p fd_out:i off_out:p len flags:u
276 tee fdin:i fdout:i len flags:u
277 sync_file_range fd:i offset:l nbytes:l flags:u
278 vmsplice fd:i uiov:p nr_segs flags:u
279 move_pages pid:i nr_pages pages:p nodes:p status:p flags:i
280 utimensat dfd:i filename:s utimes:p flags:i
281 epoll_pwait epfd:i events:p maxevents:i timeout:i sigmask:p sigsetsize
282 signalfd ufd:i user_mask:p sizemask
283 timerfd_create clockid:i flags:i
284 eventfd count:u
285 fallocate fd:i mode:i offset:l len:l
286 timerfd_settime ufd:i flags:i utmr:p otmr:p
287 timerfd_gettime ufd:i otmr:p
288 accept4 fd:i upeer_sockaddr:p upeer_addrlen:p flags:i
289 signalfd4 ufd:i user_mask:p sizemask flags:i
290 eventfd2 count:u flags:i
291 epoll_create1 flags:i
292 dup3 oldfd:u newfd:u flags:i
293 pipe2 fildes:p flags:i
294 inotify_init1 flags:i
295 preadv fd vec:p vlen pos_l pos_h
296 pwritev fd vec:p vlen pos_l pos_h
297 rt_tgsigqueueinfo tgid:i pid:i sig:i uinfo:p
298 perf_event_open attr_uptr:p pid:i cpu:i group_fd:i flags
299 recvmmsg fd:i mmsg:p vlen:u flags:u timeout:p
300 fanotify_init flags:u event_f_flags:u
301 fanotify_mark fanotify_fd:i flags:u mask dfd:i pathname:s
302 prlimit64 pid:i resource:u new_rlim:p old_rlim:p
303 name_to_handle_at dfd:i name:s handle:p mnt_id:p flag:i
304 open_by_handle_at mountdirfd:i handle:p flags:i
305 clock_adjtime which_clock utx:p
306 syncfs fd:i
307 sendmmsg fd:i mmsg:p vlen:u flags:u
308 setns fd:i flags:i
309 getcpu cpup:p nodep:p unused:p
310 process_vm_readv pid:i lvec:p liovcnt rvec:p riovcnt flags
311 process_vm_writev pid:i lvec:p liovcnt rvec:p riovcnt flags
312 kcmp pid1:i pid2:i type:i idx1 idx2
313 finit_module fd:i uargs:s flags:i
314 sched_setattr pid:i uattr:p flags:u
315 sched_getattr pid:i uattr:p usize:u flags:u
316 renameat2 olddfd:i oldname:s newdfd:i newname:s flags:u
317 seccomp op:u flags:u uargs:p
318 getrandom ubuf:p len flags:u
319 memfd_create uname:s flags:u
321 bpf cmd:i uattr:p size:u
322 execveat fd:i filename:s argv:p envp:p flags:i
323 userfaultfd flags:i
324 membarrier cmd:i flags:u cpu_id:i
325 mlock2 start len flags:i
326 copy_file_range fd_in:i off_in:p fd_out:i off_out:p len flags:u
327 preadv2 fd vec:p vlen pos_l pos_h flags:i
328 pwritev2 fd vec:p vlen pos_l pos_h flags:i
329 pkey_mprotect start len prot pkey:i
330 pkey_alloc flags init_val
331 pkey_free pkey:i
332 statx dfd:i filename:s flags mask:u buffer:p
333 io_pgetevents ctx_id min_nr:l nr:l events:p timeout:p usig:p
334 rseq rseq:p rseq_len:u flags:i sig:u
335 uretprobe
336 uprobe
424 pidfd_send_signal pidfd:i sig:i info:p flags:u
425 io_uring_setup entries:u params:p
426 io_uring_enter fd:u to_submit:u min_complete:u flags:u argp:p argsz
427 io_uring_register fd:u opcode:u arg:p nr_args:u
428 open_tree dfd:i filename:s flags
429 move_mount from_dfd:i from_pathname:s to_dfd:i to_pathname:s flags:u
430 fsopen _fs_name:s flags:u
431 fsconfig fd:i cmd:u _key:s _value:p aux:i
432 fsmount fs_fd:i flags:u attr_flags:u
433 fspick dfd:i path:s flags:u
434 pidfd_open pid:i flags:u
435 clone3 uargs:p size
436 close_range fd:u max_fd:u flags:u
437 openat2 dfd:i filename:s how:p usize
438 pidfd_getfd pidfd:i fd:i flags:u
439 faccessat2 dfd:i filename:s mode:i flags:i
440 process_madvise pidfd:i vec:p vlen behavior:i flags:u
441 epoll_pwait2 epfd:i events:p maxevents:i timeout:p sigmask:p sigsetsize
442 mount_setattr dfd:i path:s flags:u uattr:p usize
443 quotactl_fd fd:u cmd:u id:u addr:p
444 landlock_create_ruleset attr:p size flags
445 landlock_add_rule ruleset_fd rule_type rule_attr:p flags
446 landlock_restrict_self ruleset_fd flags
447 memfd_secret flags:u
448 process_mrelease pidfd:i flags:u
449 futex_waitv waiters:p nr_futexes:u flags:u timeout:p clockid:i
450 set_mempolicy_home_node start len home_node flags
451 cachestat fd:u cstat_range:p cstat:p flags:u
452 fchmodat2 dfd:i filename:s mode:o flags:u
454 futex_wake uaddr:p mask nr:i flags:u
455 futex_wait uaddr:p val mask flags:u timeout:p clockid:i
456 futex_requeue waiters:p flags:u nr_wake:i nr_requeue:i
457 statmount req:p buf:p bufsize flags:u
458 listmount req:p mnt_ids:p nr_mnt_ids flags:u
459 lsm_get_self_attr attr:u ctx:p size:p flags:u
460 lsm_set_self_attr attr:u ctx:p size:u flags:u
461 lsm_list_modules ids:p size:p flags:u
462 mseal start len flags
463 setxattrat dfd:i pathname:s at_flags:u name:s uargs:p usize
464 getxattrat dfd:i pathname:s at_flags:u name:s uargs:p usize
465 listxattrat dfd:i pathname:s at_flags:u list:s size
466 removexattrat dfd:i pathname:s at_flags:u name:s
467 open_tree_attr dfd:i filename:s flags uattr:p usize
468 file_getattr dfd:i filename:s ufattr:p usize at_flags:u
469 file_setattr dfd:i filename:s ufattr:p usize at_flags:u
`
