// Functions that the simulated kernel goes through, with their parameters: what kprobe, kretprobe, kprobe.multi, kprobe.session, fentry, fexit and
// fmod_ret programs may attach to. Beside them stand __x64_sys_X(regs) for every system call, and the hooks of security modules (bpf_lsm_X),
// called by security_X. One a line. bpf_override_return() and fmod_ret act on system calls alone, as in Linux (ALLOW_ERROR_INJECTION), and fmod_ret
// on security_X too.
// Source: prototypes of Linux 6.18; a test compares them with the kernel's BTF where that is kept.
export const KERNEL_FUNCTIONS = `
do_sys_openat2 dfd filename how
do_filp_open dfd pathname op
vfs_open path file
do_dentry_open f open
security_file_open file
security_inode_create dir dentry mode
vfs_create idmap dir dentry mode want_excl
ksys_read fd buf count
vfs_read file buf count pos
ksys_write fd buf count
vfs_write file buf count pos
security_file_permission file mask
sock_read_iter iocb to
sock_write_iter iocb from
filp_close filp id
__fput file
do_unlinkat dfd name
security_path_unlink dir dentry
vfs_unlink idmap dir dentry delegated_inode
security_inode_unlink dir dentry
do_renameat2 olddfd from newdfd to flags
security_path_rename old_dir old_dentry new_dir new_dentry flags
vfs_rename rd
security_inode_rename old_dir old_dentry new_dir new_dentry flags
do_mkdirat dfd name mode
security_path_mkdir dir dentry mode
vfs_mkdir idmap dir dentry mode
security_inode_mkdir dir dentry mode
do_rmdir dfd name
security_path_rmdir dir dentry
vfs_rmdir idmap dir dentry
security_inode_rmdir dir dentry
do_fchmodat dfd filename mode flags
security_path_chmod path mode
notify_change idmap dentry attr delegated_inode
security_inode_setattr idmap dentry attr
path_mount dev_name path type_page flags data_page
security_sb_mount dev_name path type flags data
do_execveat_common fd filename argv envp flags
bprm_execve bprm
security_bprm_creds_for_exec bprm
security_bprm_check bprm
begin_new_exec bprm
security_bprm_committing_creds bprm
security_bprm_committed_creds bprm
kernel_clone args
copy_process pid trace node args
security_task_alloc task clone_flags
wake_up_new_task p
do_group_exit exit_code
do_exit code
security_task_free task
do_send_sig_info sig info p type
security_task_kill p info sig cred
__sys_setuid uid
__sys_setgid gid
security_task_fix_setuid new old flags
security_task_fix_setgid new old flags
commit_creds new
cap_capable cred target_ns cap opts
security_capable cred ns cap opts
ksys_unshare unshare_flags
ptrace_attach task request addr flags
security_ptrace_access_check child mode
vm_mmap_pgoff file addr len prot flag pgoff
security_mmap_file file prot flags
security_mmap_addr addr
do_mprotect_pkey start len prot pkey
security_file_mprotect vma reqprot prot
__sys_socket family type protocol
security_socket_create family type protocol kern
security_socket_post_create sock family type protocol kern
__sys_connect fd uservaddr addrlen
security_socket_connect sock address addrlen
inet_stream_connect sock uaddr addr_len flags
inet_dgram_connect sock uaddr addr_len flags
tcp_v4_connect sk uaddr addr_len
tcp_connect sk
tcp_set_state sk state
tcp_finish_connect sk skb
ip4_datagram_connect sk uaddr addr_len
__sys_bind fd umyaddr addrlen
security_socket_bind sock address addrlen
inet_bind sock uaddr addr_len
__sys_listen fd backlog
security_socket_listen sock backlog
inet_listen sock backlog
inet_csk_listen_start sk
__sys_accept4 fd upeer_sockaddr upeer_addrlen flags
security_socket_accept sock newsock
inet_accept sock newsock arg
inet_csk_accept sk arg
__sys_sendto fd buff len flags addr addr_len
__sys_recvfrom fd ubuf size flags addr addr_len
security_socket_sendmsg sock msg size
security_socket_recvmsg sock msg size flags
__sys_setsockopt fd level optname user_optval optlen
security_socket_setsockopt sock level optname
__sys_getsockopt fd level optname optval optlen
security_socket_getsockopt sock level optname
sock_sendmsg sock msg
sock_recvmsg sock msg flags
inet_sendmsg sock msg size
inet_recvmsg sock msg size flags
tcp_sendmsg sk msg size
tcp_sendmsg_locked sk msg size
tcp_recvmsg sk msg len flags
tcp_cleanup_rbuf sk copied
tcp_close sk timeout
udp_sendmsg sk msg len
udp_recvmsg sk msg len flags
__sys_bpf cmd uattr size
security_bpf cmd attr size kernel
security_kernel_read_file file id contents
security_kernel_load_data id contents
do_init_module mod
do_nanosleep t mode
try_to_wake_up p state wake_flags
finish_task_switch prev
`
