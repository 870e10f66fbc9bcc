// The running kernel as the judge of recorded programs: one JSON record a line on stdin, one JSON answer a line on stdout, in order.
// Usage: records [-l LEVEL] [-p] [-c CAPS] < RECORDS  (root; raw bpf() alone; loads and test-runs only, nothing is attached or pinned)
// Record: {"id","type","attach_type","insns","maps":[{"type","key","value","max","flags","init":[[KEY,VALUE],...]}],"license","flags",
//   "run":{"data"}}; instructions, keys, values and the packet are hex; map loads name maps by index (src_reg 5 or 6), a queue's key is "".
//   `type` is a name of program_types below or a number, a map's `type` likewise of map_types.
// Answer: {"id","verdict","errno","log","run":{"retval","data_out","maps":[{"index","entries"}]}}, "run":{"errno"} where the run failed,
//   {"id","error"} where the record could not be asked about (no such type, a map that the kernel refuses, a log that does not fit, a
//   program that Linux may crash on).
// -p adds "proved":true where the verifier takes the program without CAP_PERFMON too: then no uninitialised stack byte and no address can
//   be in its results. -c loads with these capabilities alone (caps.h). Each record gets maps of its own; runs are on CPU 0; every 250 records a pair of canaries must answer as known.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"

#define MAX_MAPS 64
#define FD_SLOTS 256
#define LOG_SIZE (256u << 20)
#define CANARY_EVERY 250
#define NONCE 0x5eed1234
/** Where an arena lies in user space. */
#define ARENA_ADDRESS (1ull << 44)
#define ARENA 33

static const char *const program_types[] = {
	"", "socket_filter", "kprobe", "sched_cls", "sched_act", "tracepoint", "xdp", "perf_event", "cgroup_skb", "cgroup_sock", "lwt_in",
	"lwt_out", "lwt_xmit", "sock_ops", "sk_skb", "cgroup_device", "sk_msg", "raw_tracepoint", "cgroup_sock_addr", "lwt_seg6local",
	"lirc_mode2", "sk_reuseport", "flow_dissector", "cgroup_sysctl", "raw_tracepoint_writable", "cgroup_sockopt", "tracing",
	"struct_ops", "ext", "lsm", "sk_lookup", "syscall", "netfilter",
};
static const char *const map_types[] = {
	"", "hash", "array", "prog_array", "perf_event_array", "percpu_hash", "percpu_array", "stack_trace", "cgroup_array", "lru_hash",
	"lru_percpu_hash", "lpm_trie", "array_of_maps", "hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap", "sockhash",
	"cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage", "queue", "stack", "sk_storage", "devmap_hash", "struct_ops",
	"ringbuf", "inode_storage", "task_storage", "bloom_filter", "user_ringbuf", "cgrp_storage", "arena",
};

struct bytes {
	unsigned char *at;
	size_t size;
};

struct entry {
	struct bytes key, value;
};

struct map {
	uint32_t type, key_size, value_size, max_entries, flags;
	struct entry *init;
	size_t init_count;
	int fd;
};

struct record {
	char id[256], license[128];
	uint32_t type, attach_type, flags;
	struct bytes insns, packet;
	struct map maps[MAX_MAPS];
	size_t map_count;
	bool has_packet;
	char error[160];
};

static char *log_text;

// ---- reading a record: just the JSON that records are made of ----

static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/** Past a string; the text between the quotes is copied as it stands (records escape nothing). NULL = no string. */
static const char *read_string(const char *p, char *out, size_t room)
{
	size_t n = 0;

	if (*p++ != '"')
		return NULL;
	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && !*++p)
			return NULL;
		if (n + 1 < room)
			out[n++] = *p;
	}
	if (room)
		out[n] = 0;
	return *p ? p + 1 : NULL;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *read_hex(const char *p, struct bytes *out)
{
	const char *end = *p == '"' ? strchr(p + 1, '"') : NULL;

	if (!end)
		return NULL;
	out->size = (end - p - 1) / 2;
	out->at = malloc(out->size + 1);
	for (size_t i = 0; i < out->size; i++) {
		int hi = hex_digit(p[1 + 2 * i]), lo = hex_digit(p[2 + 2 * i]);

		if (hi < 0 || lo < 0)
			return NULL;
		out->at[i] = hi << 4 | lo;
	}
	return end + 1;
}

static const char *read_number(const char *p, uint32_t *out)
{
	char *end;

	*out = strtoul(p, &end, 10);
	return end == p ? NULL : end;
}

/** A type by number or by its name in a table. */
static const char *read_type(const char *p, const char *const *names, size_t count, uint32_t *out)
{
	char name[64];

	if (*p != '"')
		return read_number(p, out);
	p = read_string(p, name, sizeof(name));
	for (size_t i = 1; p && i < count; i++) {
		if (strcmp(names[i], name))
			continue;
		*out = i;
		return p;
	}
	return NULL;
}

static const char *skip_value(const char *p)
{
	int depth = 0;

	do {
		p = skip_space(p);
		if (*p == '"') {
			p = read_string(p, NULL, 0);
			if (!p)
				return NULL;
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
		} else if (*p == '}' || *p == ']') {
			depth--;
			p++;
		} else if (*p == ',' || *p == ':') {
			p++;
		} else {
			size_t n = strcspn(p, " \t\r\n,:{}[]\"");

			if (!n)
				return NULL;
			p += n;
		}
	} while (depth > 0);
	return p;
}

typedef const char *member_reader(const char *p, const char *key, void *to);
typedef const char *item_reader(const char *p, void *to);

static const char *read_object(const char *p, member_reader *member, void *to)
{
	char key[64];

	if (*p != '{')
		return NULL;
	p = skip_space(p + 1);
	while (*p != '}') {
		p = read_string(p, key, sizeof(key));
		p = p ? skip_space(p) : NULL;
		if (!p || *p != ':')
			return NULL;
		p = member(skip_space(p + 1), key, to);
		p = p ? skip_space(p) : NULL;
		if (!p || (*p != ',' && *p != '}'))
			return NULL;
		p = skip_space(p + (*p == ','));
	}
	return p + 1;
}

static const char *read_array(const char *p, item_reader *item, void *to)
{
	if (*p != '[')
		return NULL;
	p = skip_space(p + 1);
	while (*p != ']') {
		p = item(p, to);
		p = p ? skip_space(p) : NULL;
		if (!p || (*p != ',' && *p != ']'))
			return NULL;
		p = skip_space(p + (*p == ','));
	}
	return p + 1;
}

struct pair {
	struct bytes half[2];
	int count;
};

static const char *read_half(const char *p, void *to)
{
	struct pair *pair = to;

	return pair->count < 2 ? read_hex(p, &pair->half[pair->count++]) : NULL;
}

static const char *read_init(const char *p, void *to)
{
	struct map *map = to;
	struct pair pair = {};

	p = read_array(p, read_half, &pair);
	map->init = realloc(map->init, (map->init_count + 1) * sizeof(*map->init));
	map->init[map->init_count++] = (struct entry){ pair.half[0], pair.half[1] };
	return pair.count == 2 ? p : NULL;
}

static const char *read_map_member(const char *p, const char *key, void *to)
{
	struct map *map = to;

	if (!strcmp(key, "type"))
		return read_type(p, map_types, sizeof(map_types) / sizeof(*map_types), &map->type);
	if (!strcmp(key, "key"))
		return read_number(p, &map->key_size);
	if (!strcmp(key, "value"))
		return read_number(p, &map->value_size);
	if (!strcmp(key, "max"))
		return read_number(p, &map->max_entries);
	if (!strcmp(key, "flags"))
		return read_number(p, &map->flags);
	if (!strcmp(key, "init"))
		return read_array(p, read_init, map);
	return skip_value(p);
}

static const char *read_map(const char *p, void *to)
{
	struct record *record = to;

	if (record->map_count == MAX_MAPS)
		return NULL;
	record->maps[record->map_count].fd = -1;
	return read_object(p, read_map_member, &record->maps[record->map_count++]);
}

static const char *read_run_member(const char *p, const char *key, void *to)
{
	struct record *record = to;

	if (strcmp(key, "data"))
		return skip_value(p);
	record->has_packet = true;
	return read_hex(p, &record->packet);
}

static const char *read_member(const char *p, const char *key, void *to)
{
	struct record *record = to;

	if (!strcmp(key, "id"))
		return read_string(p, record->id, sizeof(record->id));
	if (!strcmp(key, "type"))
		return read_type(p, program_types, sizeof(program_types) / sizeof(*program_types), &record->type);
	if (!strcmp(key, "attach_type"))
		return read_number(p, &record->attach_type);
	if (!strcmp(key, "insns"))
		return read_hex(p, &record->insns);
	if (!strcmp(key, "maps"))
		return read_array(p, read_map, record);
	if (!strcmp(key, "license"))
		return read_string(p, record->license, sizeof(record->license));
	if (!strcmp(key, "flags"))
		return read_number(p, &record->flags);
	if (!strcmp(key, "run"))
		return read_object(p, read_run_member, record);
	return skip_value(p);
}

// ---- asking the kernel ----

static int sys_bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/** Bytes of a value as user space exchanges them: once for each possible CPU where the map is per CPU. */
static size_t value_room(const struct map *map)
{
	static long cpus;

	if (!cpus)
		cpus = sysconf(_SC_NPROCESSORS_CONF);
	return is_per_cpu(map->type) ? (map->value_size + 7) / 8 * 8 * (size_t)cpus : map->value_size;
}

static int map_command(int command, const struct map *map, const void *key, void *value, uint64_t flags)
{
	union bpf_attr attr = { .map_fd = map->fd, .key = address(key), .value = address(value), .flags = flags };

	return sys_bpf(command, &attr);
}

/**
 * Linux 6.18 follows a null pointer where it has put by 8192 paths and then splits a number at `x s>>= 63; x &= K` (maybe_fork_scalars()).
 * That takes a loop; programs with all the parts of it are not asked about. Speculating, it puts by far more paths.
 */
static bool may_crash_linux(const struct bytes *insns, bool speculating)
{
	const struct bpf_insn *insn = (const struct bpf_insn *)insns->at;
	bool loops = false, spreads_sign = false, masks = false;

	for (size_t i = 0; i < insns->size / sizeof(*insn); i++) {
		uint8_t class = BPF_CLASS(insn[i].code), op = BPF_OP(insn[i].code);

		if (class == BPF_JMP || class == BPF_JMP32) {
			loops |= op != BPF_CALL && op != BPF_EXIT && insn[i].off < 0;
			loops |= class == BPF_JMP32 && op == BPF_JA && insn[i].imm < 0;
		} else if (class == BPF_ALU || class == BPF_ALU64) {
			spreads_sign |= op == BPF_ARSH && (speculating || insn[i].imm == 31 || insn[i].imm == 63);
			spreads_sign |= speculating && (op == BPF_NEG || (op == BPF_MOV && insn[i].off));
			masks |= op == BPF_AND || op == BPF_OR;
		}
	}
	return loops && spreads_sign && masks;
}

static bool create_map(struct map *map)
{
	union bpf_attr attr = {
		.map_type = map->type,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.map_flags = map->flags,
		.map_extra = map->type == ARENA ? ARENA_ADDRESS : 0,
	};

	map->fd = sys_bpf(BPF_MAP_CREATE, &attr);
	if (map->fd < 0)
		return false;
	for (size_t i = 0; i < map->init_count; i++) {
		const struct entry *entry = &map->init[i];
		size_t room = value_room(map), each = is_per_cpu(map->type) ? (map->value_size + 7) / 8 * 8 : room;
		unsigned char *value = calloc(1, room + 1);

		if (entry->value.size == room && is_per_cpu(map->type))
			memcpy(value, entry->value.at, room);
		else
			for (size_t at = 0; each && at < room; at += each)
				memcpy(value + at, entry->value.at, entry->value.size < each ? entry->value.size : each);
		int failed = map_command(BPF_MAP_UPDATE_ELEM, map, entry->key.size ? entry->key.at : NULL, value, 0);

		free(value);
		if (failed)
			return false;
	}
	return true;
}

static int load(const struct record *record, unsigned int level)
{
	int fds[FD_SLOTS];

	for (size_t i = 0; i < FD_SLOTS; i++)
		fds[i] = i < record->map_count ? record->maps[i].fd : -1;
	union bpf_attr attr = {
		.prog_type = record->type,
		.expected_attach_type = record->attach_type,
		.insns = address(record->insns.at),
		.insn_cnt = record->insns.size / 8,
		.license = address(record->license),
		.prog_flags = record->flags,
		.fd_array = address(fds),
		.log_level = level,
		.log_buf = level ? address(log_text) : 0,
		.log_size = level ? LOG_SIZE : 0,
	};

	log_text[0] = 0;
	int fd = sys_bpf(BPF_PROG_LOAD, &attr);

	return fd < 0 ? -errno : fd;
}

static bool is_effective(struct __user_cap_data_struct *caps, bool perfmon)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const uint32_t admin = 1u << CAP_SYS_ADMIN, perf = 1u << (CAP_PERFMON - 32);

	if (syscall(SYS_capget, &header, caps))
		return false;
	caps[0].effective = perfmon ? caps[0].effective | admin : caps[0].effective & ~admin;
	caps[1].effective = perfmon ? caps[1].effective | perf : caps[1].effective & ~perf;
	return !syscall(SYS_capset, &header, caps);
}

/** Whether the program is taken without the right to read uninitialised stack and to leak addresses. */
static bool is_proved(const struct record *record)
{
	struct __user_cap_data_struct caps[2];

	if (may_crash_linux(&record->insns, true) || !is_effective(caps, false))
		return false;
	int fd = load(record, 0);

	if (fd >= 0)
		close(fd);
	return is_effective(caps, true) && fd >= 0;
}

// ---- telling the answer ----

static void print_text(const char *text)
{
	putchar('"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p == '\n')
			fputs("\\n", stdout);
		else if (*p < 0x20 || *p >= 0x7f)
			printf("\\u%04x", *p);
		else
			putchar(*p);
	}
	putchar('"');
}

static void print_hex(const unsigned char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	putchar('"');
	for (size_t i = 0; i < size; i++) {
		putchar(digits[bytes[i] >> 4]);
		putchar(digits[bytes[i] & 15]);
	}
	putchar('"');
}

static void print_entry(bool *is_first, const unsigned char *key, size_t key_size, const unsigned char *value, size_t value_size)
{
	fputs(*is_first ? "[" : ",[", stdout);
	*is_first = false;
	print_hex(key, key_size);
	putchar(',');
	print_hex(value, value_size);
	putchar(']');
}

/** Records between the consumer and the producer; the key says what became of each: "" submitted, else "discarded" or "busy". */
static void print_ring(const struct map *map)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const unsigned char *produced = mmap(NULL, page + 2 * (size_t)map->max_entries, PROT_READ, MAP_SHARED, map->fd, page);
	bool is_first = true;

	if (produced == MAP_FAILED)
		return;
	const unsigned char *data = produced + page;
	uint64_t end = *(const uint64_t *)produced;

	for (uint64_t at = 0; at < end;) {
		uint32_t head = *(const uint32_t *)(data + (at & (map->max_entries - 1)));
		uint32_t size = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		printf("%s[\"%s\",", is_first ? "" : ",",
		       head & BPF_RINGBUF_BUSY_BIT ? "busy" : head & BPF_RINGBUF_DISCARD_BIT ? "discarded" : "");
		print_hex(data + (at & (map->max_entries - 1)) + BPF_RINGBUF_HDR_SZ, size);
		putchar(']');
		is_first = false;
		at += (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
	}
	munmap((void *)produced, page + 2 * (size_t)map->max_entries);
}

static void print_entries(const struct map *map)
{
	unsigned char *key = calloc(1, map->key_size + 1), *next = calloc(1, map->key_size + 1), *value = calloc(1, value_room(map) + 1);
	bool is_first = true;
	void *from = NULL;

	if (map->type == BPF_MAP_TYPE_QUEUE || map->type == BPF_MAP_TYPE_STACK) {
		while (!map_command(BPF_MAP_LOOKUP_AND_DELETE_ELEM, map, NULL, value, 0))
			print_entry(&is_first, key, 0, value, map->value_size);
	} else {
		while (!map_command(BPF_MAP_GET_NEXT_KEY, map, from, next, 0)) {
			memcpy(key, next, map->key_size);
			from = key;
			if (!map_command(BPF_MAP_LOOKUP_ELEM, map, key, value, 0))
				print_entry(&is_first, key, map->key_size, value, map->value_size);
		}
	}
	free(key);
	free(next);
	free(value);
}

/** Kinds whose contents are data. */
static bool is_shown(uint32_t type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_RINGBUF:
		return true;
	default:
		return false;
	}
}

static bool is_run(uint32_t type)
{
	return type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_SCHED_ACT ||
	       type == BPF_PROG_TYPE_SOCKET_FILTER || type == BPF_PROG_TYPE_CGROUP_SKB || type == BPF_PROG_TYPE_LWT_IN ||
	       type == BPF_PROG_TYPE_LWT_OUT || type == BPF_PROG_TYPE_LWT_XMIT || type == BPF_PROG_TYPE_FLOW_DISSECTOR;
}

/** Helpers whose effect would leave the test run: a clone is really sent, a signal and a write reach this very process. */
static bool has_effects(const struct bytes *insns)
{
	const struct bpf_insn *insn = (const struct bpf_insn *)insns->at;

	for (size_t i = 0; i < insns->size / sizeof(*insn); i++) {
		if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg)
			continue;
		switch (insn[i].imm) {
		case BPF_FUNC_clone_redirect:
		case BPF_FUNC_probe_write_user:
		case BPF_FUNC_send_signal:
		case BPF_FUNC_send_signal_thread:
			return true;
		}
	}
	return false;
}

static int test_run(int fd, const struct bytes *packet, struct bytes *out, uint32_t *retval)
{
	union bpf_attr attr = {
		.test = {
			.prog_fd = fd,
			.data_in = address(packet->at),
			.data_size_in = packet->size,
			.data_out = address(out->at),
			.data_size_out = out->size,
			.repeat = 1,
		},
	};

	if (sys_bpf(BPF_PROG_TEST_RUN, &attr))
		return errno;
	out->size = attr.test.data_size_out;
	*retval = attr.test.retval;
	return 0;
}

static void print_run(const struct record *record, int fd)
{
	static unsigned char room[1 << 17];
	struct bytes out = { room, sizeof(room) };
	uint32_t retval = 0;
	int failed = test_run(fd, &record->packet, &out, &retval);

	if (failed) {
		printf(",\"run\":{\"errno\":%d}", failed);
		return;
	}
	printf(",\"run\":{\"retval\":%u,\"data_out\":", retval);
	print_hex(out.at, out.size);
	fputs(",\"maps\":[", stdout);
	bool is_first = true;

	for (size_t i = 0; i < record->map_count; i++) {
		const struct map *map = &record->maps[i];

		if (!is_shown(map->type))
			continue;
		printf("%s{\"index\":%zu,\"entries\":[", is_first ? "" : ",", i);
		is_first = false;
		if (map->type == BPF_MAP_TYPE_RINGBUF)
			print_ring(map);
		else
			print_entries(map);
		fputs("]}", stdout);
	}
	fputs("]}", stdout);
}

static void judge(struct record *record, unsigned int level, bool ask_proved)
{
	if (!record->error[0] && may_crash_linux(&record->insns, caps_are_chosen))
		snprintf(record->error, sizeof(record->error), "Linux may crash on it");
	for (size_t i = 0; i < record->map_count && !record->error[0]; i++)
		if (!create_map(&record->maps[i]))
			snprintf(record->error, sizeof(record->error), "map %zu: %s", i, strerror(errno));
	if (record->error[0]) {
		fputs(",\"error\":", stdout);
		print_text(record->error);
		return;
	}
	int fd = lower_caps() ? load(record, level) : -ENOSPC;

	if (!raise_caps() || fd == -ENOSPC) {
		fputs(",\"error\":\"the log does not fit\"", stdout);
		return;
	}
	printf(",\"verdict\":\"%s\",\"errno\":%d,\"log\":", fd < 0 ? "rejected" : "accepted", fd < 0 ? -fd : 0);
	print_text(log_text);
	if (fd < 0)
		return;
	if (record->has_packet && is_run(record->type) && !has_effects(&record->insns)) {
		if (ask_proved && is_proved(record))
			fputs(",\"proved\":true", stdout);
		print_run(record, fd);
	}
	close(fd);
}

static void answer(const char *line, unsigned int level, bool ask_proved)
{
	struct record record = { .license = "GPL" };
	const char *end = read_object(skip_space(line), read_member, &record);

	if (!end || !record.type)
		snprintf(record.error, sizeof(record.error), "not a record");
	fputs("{\"id\":", stdout);
	print_text(record.id);
	judge(&record, level, ask_proved);
	fputs("}\n", stdout);
	for (size_t i = 0; i < record.map_count; i++) {
		struct map *map = &record.maps[i];

		if (map->fd >= 0)
			close(map->fd);
		for (size_t k = 0; k < map->init_count; k++) {
			free(map->init[k].key.at);
			free(map->init[k].value.at);
		}
		free(map->init);
	}
	free(record.insns.at);
	free(record.packet.at);
}

// ---- canaries: a harness that lies is worse than none ----

static bool canaries_sing(uint32_t nonce)
{
	struct bpf_insn good[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = (int32_t)nonce },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_insn bad[] = { { .code = BPF_JMP | BPF_EXIT } };
	struct record record = { .type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = { (unsigned char *)good, sizeof(good) } };
	unsigned char packet[64] = {}, room[256];
	struct bytes in = { packet, sizeof(packet) }, out = { room, sizeof(room) };
	uint32_t retval = 0;
	int fd = load(&record, 4);

	if (fd < 0 || test_run(fd, &in, &out, &retval) || retval != nonce)
		return false;
	close(fd);
	record.insns = (struct bytes){ (unsigned char *)bad, sizeof(bad) };
	return load(&record, 4) == -EACCES && strstr(log_text, "R0 !read_ok");
}

int main(int argc, char **argv)
{
	unsigned int level = 4;
	bool ask_proved = false;
	char *line = NULL;
	size_t room = 0;
	cpu_set_t cpu;
	int option;

	while ((option = getopt(argc, argv, "l:pc:")) != -1) {
		if (option == 'l')
			level = atoi(optarg);
		else if (option == 'p')
			ask_proved = true;
		else if (option != 'c' || !choose_caps(optarg))
			return 2;
	}
	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	log_text = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (log_text == MAP_FAILED)
		return 3;
	for (uint32_t n = 0; getline(&line, &room, stdin) > 0; n++) {
		if (n % CANARY_EVERY == 0 && !canaries_sing(NONCE + n)) {
			fprintf(stderr, "records: the kernel does not answer as known\n");
			return 3;
		}
		answer(line, level, ask_proved);
		fflush(stdout);
	}
	free(line);
	return 0;
}
