// The running kernel as the judge of batch operations on maps: a command a line on stdin, an answer a line on stdout.
// Usage: batch < COMMANDS  (root; raw bpf() alone; nothing is attached or pinned, every descriptor is closed)
//   map TYPE KEY VALUE MAX FLAGS INNER      makes the map that the lines behind are about, INNER arrays for maps of maps; "0 CPUS", or "-ERRNO 0"
//   freeze                                  "0" or "-ERRNO"
//   l|x|u|d ELEM_FLAGS FLAGS COUNT CURSOR KEYS VALUES    lookup, lookup and delete, update, delete; bytes in hex, "-" = none; the cursor
//                                           "=" is the one that was given back last
//                                           "ERRNO COUNT CURSOR KEYS VALUES"; values of maps of maps are numbers of the INNER arrays on the way in and are
//                                           not told on the way out
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_INNER 16
#define MAX_BYTES (1u << 20)

static int map = -1, inner[MAX_INNER], inners, has_last;
static uint32_t type, key_size, value_size, cpus;

static long sys_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(__NR_bpf, cmd, attr, sizeof(*attr));
}

static int create(uint32_t t, uint32_t key, uint32_t value, uint32_t max, uint32_t flags, int inner_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = t;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = max;
	attr.map_flags = flags;
	attr.inner_map_fd = inner_fd < 0 ? 0 : inner_fd;
	return sys_bpf(BPF_MAP_CREATE, &attr);
}

static void drop(void)
{
	for (int i = 0; i < inners; i++)
		close(inner[i]);
	if (map >= 0)
		close(map);
	inners = 0;
	has_last = 0;
	map = -1;
}

static uint32_t possible(void)
{
	unsigned int from = 0, to = 0;
	FILE *f = fopen("/sys/devices/system/cpu/possible", "r");
	int n = f ? fscanf(f, "%u-%u", &from, &to) : 0;

	if (f)
		fclose(f);
	return n == 2 ? to - from + 1 : 1;
}

static int is_of_maps(void)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static uint32_t user_value(void)
{
	int percpu = type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY;

	return percpu ? (value_size + 7) / 8 * 8 * cpus : value_size;
}

static size_t bytes_of(const char *hex, unsigned char *out)
{
	size_t n = 0;
	unsigned int byte;

	for (; hex[0] && hex[1] && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		out[n++] = byte;
	return n;
}

static void print_hex(const unsigned char *at, size_t n)
{
	putchar(' ');
	if (n == 0)
		putchar('-');
	for (size_t i = 0; i < n; i++)
		printf("%02x", at[i]);
}

static unsigned char keys[MAX_BYTES], values[MAX_BYTES], in_batch[1024], out_batch[1024], before[1024], last[1024];
static char line[4 * MAX_BYTES], cursor[4096], key_text[2 * MAX_BYTES + 1], value_text[2 * MAX_BYTES + 1];

static void batch(char op, uint32_t elem_flags, uint32_t flags, uint32_t count)
{
	int reads = op == 'l' || op == 'x';
	size_t cursor_size = cursor[0] == '-' ? 0 : cursor[0] == '=' ? has_last : bytes_of(cursor, in_batch);
	union bpf_attr attr;
	int err;

	if (cursor[0] == '=')
		memcpy(in_batch, last, sizeof(last));
	memset(out_batch, 0xee, sizeof(out_batch));
	memcpy(before, out_batch, sizeof(before));
	memset(keys, 0, sizeof(keys));
	memset(values, 0, sizeof(values));
	if (!reads) {
		bytes_of(key_text, keys);
		size_t n = bytes_of(value_text, values);
		if (is_of_maps())
			for (size_t i = 0; i + 4 <= n; i += 4) {
				uint32_t *v = (uint32_t *)(values + i);
				*v = *v < (uint32_t)inners ? inner[*v] : -1;
			}
	}
	memset(&attr, 0, sizeof(attr));
	attr.batch.in_batch = cursor_size ? (uintptr_t)in_batch : 0;
	attr.batch.out_batch = (uintptr_t)out_batch;
	attr.batch.keys = (uintptr_t)keys;
	attr.batch.values = (uintptr_t)values;
	attr.batch.count = count;
	attr.batch.map_fd = map;
	attr.batch.elem_flags = elem_flags;
	attr.batch.flags = flags;
	err = sys_bpf(op == 'l'   ? BPF_MAP_LOOKUP_BATCH :
		      op == 'x'   ? BPF_MAP_LOOKUP_AND_DELETE_BATCH :
		      op == 'u'   ? BPF_MAP_UPDATE_BATCH :
				    BPF_MAP_DELETE_BATCH,
		      &attr) ? -errno : 0;
	printf("%d %u", err, attr.batch.count);
	uint32_t n = reads && (err == 0 || err == -ENOENT || err == -ENOSPC) ? attr.batch.count : 0;
	int hash = type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
		   type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_HASH_OF_MAPS;
	int written = memcmp(out_batch, before, sizeof(before)) != 0;
	if (written) {
		memcpy(last, out_batch, sizeof(last));
		has_last = 1;
	}
	print_hex(out_batch, written ? (hash ? 4 : key_size) : 0);
	print_hex(keys, n * key_size);
	print_hex(values, is_of_maps() ? 0 : n * user_value());
	putchar('\n');
}

int main(void)
{
	cpu_set_t first;

	/* LRU maps may have lists for each CPU: everything happens on one. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	cpus = possible();
	while (fgets(line, sizeof(line), stdin)) {
		uint32_t max, flags, count, elem_flags;
		char op;
		int wanted;

		if (sscanf(line, "map %u %u %u %u %u %d", &type, &key_size, &value_size, &max, &flags, &wanted) == 6) {
			drop();
			for (; inners < wanted && inners < MAX_INNER; inners++)
				inner[inners] = create(BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, -1);
			map = create(type, key_size, value_size, max, flags, inners > 0 ? inner[0] : -1);
			printf("%d %u\n", map < 0 ? -errno : 0, map < 0 ? 0 : cpus);
		} else if (!strncmp(line, "freeze", 6)) {
			union bpf_attr attr;

			memset(&attr, 0, sizeof(attr));
			attr.map_fd = map;
			printf("%d\n", sys_bpf(BPF_MAP_FREEZE, &attr) ? -errno : 0);
		} else if (sscanf(line, "%c %u %u %u %4095s %s %s", &op, &elem_flags, &flags, &count, cursor, key_text, value_text) == 7) {
			batch(op, elem_flags, flags, count);
		} else {
			printf("bad line\n");
		}
		fflush(stdout);
	}
	drop();
	return 0;
}
