// What is a container? The kernel knows processes, namespaces, control groups and capabilities.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct seen {
	__u32 pid;    /* its number on the machine */
	__u32 inside; /* and in its own process namespace */
	__u32 level;
	__u32 uid;
	__u64 cgroup;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024);
} processes SEC(".maps");

/* Programs started, by mount namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} mounts SEC(".maps");

struct file_id {
	__u64 inode;
	__u64 device;
};

/* Which files were opened under the name hosts. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct file_id);
	__type(value, __u64);
} hosts SEC(".maps");

static __always_inline void add_one(void *map, void *key)
{
	__u64 one = 1, *count = bpf_map_lookup_elem(map, key);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(map, key, &one, BPF_NOEXIST);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	__u32 mount_namespace = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);

	add_one(&mounts, &mount_namespace);
	struct seen *s = bpf_ringbuf_reserve(&processes, sizeof(*s), 0);
	if (!s)
		return 0;
	s->pid = BPF_CORE_READ(task, tgid);
	s->level = level;
	s->inside = BPF_CORE_READ(pid, numbers[level].nr);
	s->uid = bpf_get_current_uid_gid();
	s->cgroup = bpf_get_current_cgroup_id();
	bpf_get_current_comm(s->comm, sizeof(s->comm));
	bpf_ringbuf_submit(s, 0);
	return 0;
}

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file)
{
	struct file_id id = { .inode = file->f_inode->i_ino, .device = file->f_inode->i_sb->s_dev };
	char name[8] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), file->f_path.dentry->d_name.name);
	if (bpf_strncmp(name, 6, "hosts") == 0)
		add_one(&hosts, &id);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
