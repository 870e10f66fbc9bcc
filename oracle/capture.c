// What capture.h says. A line: {HEAD,"type","attach_type","flags","license","insns","maps":[...],"kernel":{ID:NAME},"casts":{INDEX:NAME},
// "attach_to","btf","func_info","line_info","verdict","errno","level","usec","log","said"}; "said" is the log of a refusal without the walk.
// Map loads name maps by index (src_reg 5 or 6), so that a line stands on its own; "kernel" names the kernel's functions and variables that
// instructions mention by id, "casts" the type whose id an instruction gives to bpf_rdonly_cast.
// With capture.variants, lines "TYPE ATTACH_TYPE FLAGS INSNS" (hex; as many instructions, maps by the same index) are read behind the line, and
// answered in order by {"verdict","errno","log"}, until a line ".".
// Before the first line that mentions it, the program's BTF has a line of its own: {"btf_id","btf"}. Nothing is attached or run.
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture.h"
#include "caps.h"

#define LOG_SIZE (128u << 20)
#define MAX_MAPS 256
#define MAX_VARIANT (64u << 20)
#define MAX_BTFS 1024

struct capture capture = { .log_level = 2 };

#define ARENA 33

struct made_map {
	__u32 id, type, key_size, value_size, max_entries, flags, inner_id;
	__u64 extra;
	__u32 key_type, value_type, btf;
	char name[64];
};

static struct made_map *made;
static size_t made_count;

int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *insns, size_t count,
			 struct bpf_prog_load_opts *opts);
int __real_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *opts);

void print_text(const char *text)
{
	putchar('"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p == '\n')
			printf("\\n");
		else if (*p < 0x20 || *p >= 0x7f)
			printf("\\u%04x", *p);
		else
			putchar(*p);
	}
	putchar('"');
}

static void print_hex(const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = bytes;

	putchar('"');
	for (size_t i = 0; i < size; i++) {
		putchar(digits[at[i] >> 4]);
		putchar(digits[at[i] & 15]);
	}
	putchar('"');
}

static __u32 print_btf(int fd);

// ---- maps ----

static __u32 map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

static const struct made_map *made_map(__u32 id)
{
	for (size_t i = made_count; i-- > 0;)
		if (made[i].id == id)
			return &made[i];
	return NULL;
}

int __wrap_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key_size, __u32 value_size, __u32 max_entries,
			  const struct bpf_map_create_opts *opts)
{
	int fd = __real_bpf_map_create(type, name, key_size, value_size, max_entries, opts), error = errno;

	if (fd >= 0) {
		struct bpf_map_create_opts given = {};
		struct made_map *map;

		/* An arena has its address in user space from here on, as libbpf 1.4 and newer do it. */
		if (type == ARENA)
			mmap(NULL, (size_t)max_entries * sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (opts)
			memcpy(&given, opts, opts->sz < sizeof(given) ? opts->sz : sizeof(given));
		if (made_count % 64 == 0)
			made = realloc(made, (made_count + 64) * sizeof(*made));
		map = &made[made_count++];
		*map = (struct made_map){
			.id = map_id(fd), .type = type, .key_size = key_size, .value_size = value_size, .max_entries = max_entries,
			.flags = given.map_flags, .extra = given.map_extra,
			.key_type = given.btf_key_type_id, .value_type = given.btf_value_type_id,
			.btf = capture.armed ? print_btf(given.btf_fd) : 0,
			.inner_id = given.inner_map_fd > 0 ? map_id(given.inner_map_fd) : 0,
		};
		snprintf(map->name, sizeof(map->name), "%s", name ? name : "");
	}
	errno = error;
	return fd;
}

static bool is_frozen(int fd)
{
	char path[64], line[128];
	bool frozen = false;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "r");
	while (info && fgets(line, sizeof(line), info))
		if (!strncmp(line, "frozen:", 7))
			frozen = atoi(line + 7);
	if (info)
		fclose(info);
	return frozen;
}

static void print_value(int fd, size_t size)
{
	unsigned char *value = calloc(1, size + 8);
	__u32 key = 0;

	if (!bpf_map_lookup_elem(fd, &key, value)) {
		printf(",\"data\":");
		print_hex(value, size);
	}
	free(value);
}

/** `fd` is -1 for a map inside another, of which only the description is left. */
static void print_map(__u32 id, int fd)
{
	const struct made_map *map = made_map(id);

	if (!map) {
		printf("{}");
		return;
	}
	printf("{\"name\":");
	print_text(map->name);
	printf(",\"type\":%u,\"key\":%u,\"value\":%u,\"max\":%u,\"flags\":%u,\"extra\":%llu", map->type, map->key_size, map->value_size,
	       map->max_entries, map->flags, map->extra);
	printf(",\"key_type\":%u,\"value_type\":%u,\"btf\":%u", map->key_type, map->value_type, map->btf);
	if (map->inner_id) {
		printf(",\"inner\":");
		print_map(map->inner_id, -1);
	}
	if (fd >= 0 && is_frozen(fd)) {
		printf(",\"frozen\":true");
		if (map->type == BPF_MAP_TYPE_ARRAY && map->max_entries == 1)
			print_value(fd, map->value_size);
	}
	putchar('}');
}

// ---- types ----

static const char *kernel_name(__u32 id)
{
	static struct btf *kernel;
	const struct btf_type *type;

	if (!kernel)
		kernel = btf__load_vmlinux_btf();
	type = kernel ? btf__type_by_id(kernel, id) : NULL;
	return type ? btf__name_by_offset(kernel, type->name_off) : "";
}

static void print_kernel_name(__u32 id)
{
	print_text(kernel_name(id));
}

/** Prints the line of a BTF unless it has one already; its id, or 0. */
static __u32 print_btf(int fd)
{
	static __u32 printed[MAX_BTFS];
	static size_t count;
	struct bpf_btf_info info = {};
	__u32 size = sizeof(info), id;
	void *bytes;

	if (fd <= 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return 0;
	id = info.id;
	for (size_t i = 0; i < count; i++)
		if (printed[i] == id)
			return id;
	size = info.btf_size;
	bytes = malloc(size);
	info = (struct bpf_btf_info){ .btf = (__u64)(unsigned long)bytes, .btf_size = size };
	size = sizeof(info);
	if (!bpf_obj_get_info_by_fd(fd, &info, &size)) {
		printf("{\"btf_id\":%u,\"btf\":", id);
		print_hex(bytes, info.btf_size);
		printf("}\n");
		if (count < MAX_BTFS)
			printed[count++] = id;
	}
	free(bytes);
	return id;
}

// ---- instructions ----

static bool is_cast(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->off == 0 &&
	       !strcmp(kernel_name(insn->imm), "bpf_rdonly_cast");
}

/** The instruction before a call of bpf_rdonly_cast that sets the type's id, as compilers write it; -1 where there is none. */
static __s32 type_of_cast(const struct bpf_insn *insns, __s32 call)
{
	__u8 reg = BPF_REG_2;

	for (__s32 i = call; i-- > 0;) {
		const struct bpf_insn *insn = &insns[i];
		__u8 class = BPF_CLASS(insn->code);
		bool sets = class == BPF_ALU || class == BPF_ALU64 || class == BPF_LDX || insn->code == (BPF_LD | BPF_IMM | BPF_DW);

		if (!sets || insn->dst_reg != reg)
			continue;
		if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_X))
			reg = insn->src_reg;
		else if (BPF_OP(insn->code) == BPF_MOV && BPF_SRC(insn->code) == BPF_K && (class == BPF_ALU || class == BPF_ALU64))
			return i;
		else
			return class == BPF_LD && !insn->src_reg && !insn[1].imm ? i : -1;
	}
	return -1;
}

/** Maps of the program that was last printed, by index. */
static int fds[MAX_MAPS];

static void print_insns(const struct bpf_insn *given, size_t count, const int *fd_array)
{
	struct bpf_insn *insns = malloc((count + 1) * sizeof(*insns));
	__u32 ids[MAX_MAPS];
	size_t maps = 0;
	bool first = true;

	memcpy(insns, given, count * sizeof(*insns));
	for (size_t i = 0; i + 1 < count; i++) {
		struct bpf_insn *insn = &insns[i];
		bool by_fd = insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE;
		bool by_index = insn->src_reg == BPF_PSEUDO_MAP_IDX || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;
		size_t k = 0;
		__u32 id;

		if (insn->code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		i++;
		if (!by_fd && !by_index)
			continue;
		int fd = by_index ? (fd_array ? fd_array[insn->imm] : -1) : insn->imm;

		id = map_id(fd);
		while (k < maps && ids[k] != id)
			k++;
		if (k == maps && maps < MAX_MAPS) {
			ids[maps] = id;
			fds[maps++] = fd;
		}
		insn->imm = k;
		if (by_fd)
			insn->src_reg += BPF_PSEUDO_MAP_IDX - BPF_PSEUDO_MAP_FD;
	}
	printf(",\"insns\":");
	print_hex(insns, count * sizeof(*insns));
	printf(",\"maps\":[");
	for (size_t k = 0; k < maps; k++) {
		if (k)
			putchar(',');
		if (ids[k])
			print_map(ids[k], fds[k]);
		else
			printf("{}");
	}
	printf("],\"kernel\":{");
	for (size_t i = 0; i < count; i++) {
		const struct bpf_insn *insn = &insns[i];
		bool wide = insn->code == (BPF_LD | BPF_IMM | BPF_DW);
		bool variable = wide && insn->src_reg == BPF_PSEUDO_BTF_ID && insns[i + 1].imm == 0;
		bool function = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->off == 0;

		if (variable || function) {
			printf("%s\"%d\":", first ? "" : ",", insn->imm);
			print_kernel_name(insn->imm);
			first = false;
		}
		i += wide;
	}
	printf("},\"casts\":{");
	first = true;
	for (size_t i = 0; i < count; i++) {
		__s32 at = is_cast(&insns[i]) ? type_of_cast(insns, i) : -1;

		if (at < 0)
			continue;
		printf("%s\"%d\":", first ? "" : ",", at);
		print_kernel_name(insns[at].imm);
		first = false;
	}
	putchar('}');
	free(insns);
}

static int load_lowered(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *insns, size_t count,
			struct bpf_prog_load_opts *opts)
{
	if (!lower_caps())
		exit(3);
	int fd = __real_bpf_prog_load(type, name, license, insns, count, opts), error = errno;

	if (!raise_caps())
		exit(3);
	errno = error;
	return fd;
}

bool capture_caps(char *list)
{
	return choose_caps(list);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** False where the line is no program of so many instructions. */
static bool read_insns(const char *hex, struct bpf_insn *insns, size_t count)
{
	unsigned char *at = (unsigned char *)insns;

	for (size_t i = 0; i < count * sizeof(*insns); i++) {
		int hi = hex_digit(hex[2 * i]), lo = hi < 0 ? -1 : hex_digit(hex[2 * i + 1]);

		if (lo < 0)
			return false;
		at[i] = hi << 4 | lo;
	}
	return true;
}

static void answer_variants(const char *name, const char *license, size_t count, struct bpf_prog_load_opts given)
{
	static char line[MAX_VARIANT];
	struct bpf_insn *insns = malloc((count + 1) * sizeof(*insns));

	given.fd_array = fds;
	given.log_level = capture.log_level | 4;
	while (fgets(line, sizeof(line), stdin) && line[0] != '.') {
		char *at = line;
		unsigned long type = strtoul(at, &at, 10);
		int fd, error;

		given.expected_attach_type = strtoul(at, &at, 10);
		given.prog_flags = strtoul(at, &at, 10);
		if (!read_insns(at + strspn(at, " "), insns, count)) {
			printf("{\"error\":\"not %zu instructions\"}\n", count);
			fflush(stdout);
			continue;
		}
		given.log_buf[0] = 0;
		fd = load_lowered(type, name, license, insns, count, &given);
		error = fd < 0 ? errno : 0;
		printf("{\"verdict\":\"%s\",\"errno\":%d,\"log\":", fd >= 0 ? "accepted" : "rejected", error);
		print_text(given.log_buf);
		printf("}\n");
		fflush(stdout);
		if (fd >= 0)
			close(fd);
	}
	free(insns);
}

int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *insns, size_t count,
			 struct bpf_prog_load_opts *opts)
{
	static char *log;
	struct bpf_prog_load_opts given = {};
	const char *usec;
	int fd, error;

	// libbpf asks again, for a log of its own, where a load fails.
	if (!capture.armed || (capture.seen && !capture.every) || (capture.program && (!name || strcmp(name, capture.program))))
		return __real_bpf_prog_load(type, name, license, insns, count, opts);
	if (!log)
		log = malloc(LOG_SIZE);
	if (opts)
		memcpy(&given, opts, opts->sz < sizeof(given) ? opts->sz : sizeof(given));
	given.sz = sizeof(given);
	given.prog_flags |= capture.flags;
	given.log_buf = log;
	given.log_size = LOG_SIZE;
	given.log_level = capture.log_level | 4;
	log[0] = 0;
	capture.seen = true;
	fd = load_lowered(type, name, license, insns, count, &given);
	error = fd < 0 ? errno : 0;
	if (error == ENOSPC) {
		if (fd >= 0)
			close(fd);
		given.log_level = 4;
		log[0] = 0;
		fd = load_lowered(type, name, license, insns, count, &given);
		error = fd < 0 ? errno : 0;
	}
	__u32 btf = print_btf(given.prog_btf_fd);

	putchar('{');
	capture.print_head();
	printf(",\"type\":%u,\"attach_type\":%u,\"flags\":%u,\"license\":", type, given.expected_attach_type, given.prog_flags);
	print_text(license ? license : "");
	print_insns(insns, count, given.fd_array);
	if (given.attach_btf_id) {
		printf(",\"attach_to\":");
		if (given.attach_prog_fd || given.attach_btf_obj_fd)
			printf("null");
		else
			print_kernel_name(given.attach_btf_id);
	}
	if (btf)
		printf(",\"btf\":%u", btf);
	if (given.func_info_cnt) {
		printf(",\"func_info_size\":%u,\"func_info\":", given.func_info_rec_size);
		print_hex(given.func_info, (size_t)given.func_info_cnt * given.func_info_rec_size);
	}
	if (given.line_info_cnt) {
		printf(",\"line_info_size\":%u,\"line_info\":", given.line_info_rec_size);
		print_hex(given.line_info, (size_t)given.line_info_cnt * given.line_info_rec_size);
	}
	usec = strstr(log, "verification time ");
	printf(",\"verdict\":\"%s\",\"errno\":%d,\"level\":%u,\"usec\":%d,\"log\":", fd >= 0 ? "accepted" : "rejected", error, given.log_level,
	       usec ? atoi(usec + strlen("verification time ")) : 0);
	print_text(log);
	if (fd < 0) {
		given.log_level = 4;
		log[0] = 0;
		load_lowered(type, name, license, insns, count, &given);
		printf(",\"said\":");
		print_text(log);
	}
	printf("}\n");
	fflush(stdout);
	if (capture.variants)
		answer_variants(name, license, count, given);
	errno = error;
	return fd >= 0 ? fd : -error;
}
