// Every program of eBPF objects as the kernel is given it (after libbpf's relocations), with the kernel's answer: a line as capture.c
// says, whose head is "file","name","section","tags" (the test annotations: BTF declaration tags of the function). A program that libbpf
// could not prepare has a line {"file","name","section","tags","libbpf":TEXT}. -v: asks about variants of each (capture.c).
// Usage: objects [-l LEVEL] [-c CAPS] [-v] FILE.o...        (root; static libbpf; loads only, nothing is attached, pinned or run)
#define _GNU_SOURCE
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

static const char *current_file;
static const struct bpf_program *current_program;
static const struct btf *current_btf;
static char libbpf_text[4096];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(libbpf_text);

	if (level == LIBBPF_WARN && used + 1 < sizeof(libbpf_text) && !strstr(format, "BEGIN PROG LOAD LOG"))
		vsnprintf(libbpf_text + used, sizeof(libbpf_text) - used, format, args);
	return 0;
}

/** The next tag of a function from type `*at` on. */
static const char *next_tag(const struct btf *btf, const char *function, __u32 *at)
{
	__s32 id = btf ? btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) : -1;

	while (id > 0 && ++*at < btf__type_cnt(btf)) {
		const struct btf_type *type = btf__type_by_id(btf, *at);

		if (btf_is_decl_tag(type) && type->type == (__u32)id && btf_decl_tag(type)->component_idx == -1)
			return btf__name_by_offset(btf, type->name_off);
	}
	return NULL;
}

/** Flags that the annotations ask for: names of prog_flags or numbers. */
static unsigned int tagged_flags(const struct btf *btf, const char *function)
{
	static const struct {
		const char *name;
		unsigned int flag;
	} names[] = {
		{ "BPF_F_STRICT_ALIGNMENT", 1 },  { "BPF_F_ANY_ALIGNMENT", 2 }, { "BPF_F_TEST_RND_HI32", 4 },	    { "BPF_F_TEST_STATE_FREQ", 8 },
		{ "BPF_F_SLEEPABLE", 16 }, { "BPF_F_XDP_HAS_FRAGS", 32 }, { "BPF_F_TEST_REG_INVARIANTS", 128 },
	};
	unsigned int flags = 0;
	const char *tag;

	for (__u32 at = 0; (tag = next_tag(btf, function, &at));) {
		const char *value = strstr(tag, "test_prog_flags=");

		if (!value)
			continue;
		value += strlen("test_prog_flags=");
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strcmp(value, names[i].name))
				flags |= names[i].flag;
		if (*value >= '0' && *value <= '9')
			flags |= strtoul(value, NULL, 0);
	}
	return flags;
}

/** Sections that an older libbpf does not know. */
static void give_type(struct bpf_program *program)
{
	static const struct {
		const char *section;
		enum bpf_prog_type type;
		unsigned int attach_type;
	} newer[] = {
		{ "tc/ingress", BPF_PROG_TYPE_SCHED_CLS, 46 },
		{ "tc/egress", BPF_PROG_TYPE_SCHED_CLS, 47 },
		{ "tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, 46 },
		{ "tcx/egress", BPF_PROG_TYPE_SCHED_CLS, 47 },
		{ "netfilter", 32, 45 },
		{ "cgroup/connect_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 49 },
		{ "cgroup/sendmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 50 },
		{ "cgroup/recvmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 51 },
		{ "cgroup/getpeername_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 52 },
		{ "cgroup/getsockname_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 53 },
	};

	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		if (bpf_program__type(program) != BPF_PROG_TYPE_UNSPEC || strcmp(bpf_program__section_name(program), newer[i].section))
			continue;
		bpf_program__set_type(program, newer[i].type);
		bpf_program__set_expected_attach_type(program, newer[i].attach_type);
	}
}

static bool is_auxiliary(const struct btf *btf, const char *function)
{
	const char *tag;

	for (__u32 at = 0; (tag = next_tag(btf, function, &at));)
		if (!strcmp(tag + strlen(tag) - strlen("test_auxiliary") * (strlen(tag) >= strlen("test_auxiliary")), "test_auxiliary"))
			return true;
	return false;
}

static void print_head(void)
{
	const char *name = bpf_program__name(current_program), *tag;
	bool first = true;

	printf("\"file\":");
	print_text(current_file);
	printf(",\"name\":");
	print_text(name);
	printf(",\"section\":");
	print_text(bpf_program__section_name(current_program));
	printf(",\"tags\":[");
	for (__u32 at = 0; (tag = next_tag(current_btf, name, &at)); first = false) {
		if (!first)
			putchar(',');
		print_text(tag);
	}
	putchar(']');
}

static void ask(const char *file, const char *name)
{
	struct bpf_object *object = bpf_object__open(file);
	struct bpf_program *program;
	struct bpf_map *map;

	if (!object)
		return;
	current_btf = bpf_object__btf(object);
	bpf_object__for_each_program(program, object) {
		const char *function = bpf_program__name(program);
		bool is_wanted = !strcmp(function, name);

		if (is_wanted)
			current_program = program;
		give_type(program);
		bpf_program__set_autoload(program, is_wanted || is_auxiliary(current_btf, function));
	}
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	libbpf_text[0] = 0;
	capture.program = name;
	capture.flags = tagged_flags(current_btf, name);
	capture.seen = false;
	capture.armed = true;
	bpf_object__load(object);
	capture.armed = false;
	if (!capture.seen) {
		putchar('{');
		print_head();
		printf(",\"libbpf\":");
		print_text(libbpf_text);
		printf("}\n");
	}
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	int option;

	capture.print_head = print_head;
	libbpf_set_print(keep_warning);
	while ((option = getopt(argc, argv, "l:c:v")) != -1) {
		if (option == 'l')
			capture.log_level = atoi(optarg);
		else if (option == 'v')
			capture.variants = true;
		else if (option != 'c' || !capture_caps(optarg))
			return 2;
	}
	for (; optind < argc; optind++) {
		struct bpf_object *object = bpf_object__open(argv[optind]);
		struct bpf_program *program;

		current_file = argv[optind];
		libbpf_text[0] = 0;
		if (!object) {
			printf("{\"file\":");
			print_text(current_file);
			printf(",\"libbpf\":\"not an object\"}\n");
			continue;
		}
		bpf_object__for_each_program(program, object)
			ask(argv[optind], bpf_program__name(program));
		bpf_object__close(object);
	}
	return 0;
}
