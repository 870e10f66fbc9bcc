// The running kernel as the judge: loads each program of an object on its own, runs it once a packet, prints a JSON line each.
// Usage: oracle [-l LEVEL] [-d PACKET_HEX]... [-r REPEAT] [-n] FILE.o...   (root; libbpf; loads and test-runs only, nothing is attached or pinned)
// Line: {"name","section","type","verdict","errno","log","run":{"errno","retval","data_out","maps":{NAME:[[KEY,VALUE],...]}}}
// -w loads all programs of an object at once where that succeeds (much quicker; they share the maps) and asks after one program on a
// trampoline (fentry, lsm) only where the kernel refuses those unseen. -n leaves the maps out. -r runs each packet so many times and adds "duration", nanoseconds of one run. With several packets "before" lists the runs before the last one, without maps. A program whose section name says nothing of its type
// (SEC("xdp_prog1")) takes the first of a few types that the kernel accepts it as.
// Per-CPU maps show CPU 0, to which the process is pinned; a ring buffer shows its submitted records with the key "".
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char libbpf_text[8192];

static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(libbpf_text);

	if (level == LIBBPF_WARN && used + 1 < sizeof(libbpf_text))
		vsnprintf(libbpf_text + used, sizeof(libbpf_text) - used, format, args);
	return 0;
}

static void print_text(const char *text)
{
	putchar('"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p == '\n')
			printf("\\n");
		else if (*p == '\t')
			printf("\\t");
		else if (*p < 0x20)
			printf("\\u%04x", *p);
		else
			putchar(*p);
	}
	putchar('"');
}

static void print_hex(const unsigned char *bytes, size_t size)
{
	putchar('"');
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('"');
}

static size_t read_hex(const char *text, unsigned char *out, size_t room)
{
	size_t n = 0;

	for (; text[0] && text[1] && n < room; text += 2)
		sscanf(text, "%2hhx", &out[n++]);
	return n;
}

static bool first_record;

static int print_record(void *ctx, void *data, size_t size)
{
	(void)ctx;
	printf("%s[\"\",", first_record ? "" : ",");
	first_record = false;
	print_hex(data, size);
	putchar(']');
	return 0;
}

static void print_ring(int fd)
{
	struct ring_buffer *ring = ring_buffer__new(fd, print_record, NULL, NULL);

	first_record = true;
	if (ring) {
		ring_buffer__consume(ring);
		ring_buffer__free(ring);
	}
}

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static void print_entries(struct bpf_map *map)
{
	int fd = bpf_map__fd(map);
	size_t key_size = bpf_map__key_size(map), value_size = bpf_map__value_size(map);
	size_t room = is_per_cpu(bpf_map__type(map)) ? (value_size + 7) / 8 * 8 * libbpf_num_possible_cpus() : value_size;
	unsigned char *key = calloc(1, key_size + 1), *next = calloc(1, key_size + 1), *value = calloc(1, room + 1);
	bool first = true;
	void *from = NULL;

	while (!bpf_map_get_next_key(fd, from, next)) {
		memcpy(key, next, key_size);
		from = key;
		if (bpf_map_lookup_elem(fd, key, value))
			continue;
		printf("%s[", first ? "" : ",");
		print_hex(key, key_size);
		putchar(',');
		print_hex(value, value_size);
		putchar(']');
		first = false;
	}
	free(key);
	free(next);
	free(value);
}

static void print_maps(struct bpf_object *object)
{
	struct bpf_map *map;
	bool first = true;

	printf("\"maps\":{");
	bpf_object__for_each_map(map, object) {
		if (bpf_map__fd(map) < 0)
			continue;
		printf("%s", first ? "" : ",");
		print_text(bpf_map__name(map));
		printf(":[");
		if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
			print_ring(bpf_map__fd(map));
		else if (bpf_map__type(map) != BPF_MAP_TYPE_PROG_ARRAY)
			print_entries(map);
		putchar(']');
		first = false;
	}
	putchar('}');
}

struct packet {
	unsigned char bytes[1 << 14];
	size_t size;
};

#define MAX_PACKETS 16

static struct packet packets[MAX_PACKETS];
static int packet_count;
static bool without_maps;
static int repeat = 1;

static void run_program(int fd, const struct packet *packet)
{
	static unsigned char out[1 << 16];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet->bytes, .data_size_in = packet->size, .data_out = out, .data_size_out = sizeof(out), .repeat = repeat);
	int run_error = bpf_prog_test_run_opts(fd, &run);

	printf("\"errno\":%d,\"retval\":%u,\"data_out\":", run_error ? -run_error : 0, run.retval);
	print_hex(out, run_error ? 0 : run.data_size_out);
	if (repeat > 1)
		printf(",\"duration\":%u", run.duration);
}

static const enum bpf_prog_type guesses[] = {
	BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_CGROUP_SKB, BPF_PROG_TYPE_KPROBE, BPF_PROG_TYPE_TRACEPOINT,
};

static char log_text[16 << 20];

/* The object with one program loaded, as its section says or as `guess`. */
static struct bpf_object *load(const char *file, const char *name, unsigned int level, int guess, struct bpf_program **program_out, int *error)
{
	struct bpf_object *object;
	struct bpf_program *program, *wanted = NULL;
	struct bpf_map *map;

	libbpf_text[0] = log_text[0] = 0;
	object = bpf_object__open(file);
	if (!object)
		return NULL;
	bpf_object__for_each_program(program, object) {
		bool is_wanted = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, is_wanted);
		if (is_wanted)
			wanted = program;
	}
	/* What one program leaves must not be there for the next. */
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	if (guess >= 0)
		bpf_program__set_type(wanted, guesses[guess]);
	bpf_program__set_log_level(wanted, level);
	bpf_program__set_log_buf(wanted, log_text, sizeof(log_text));
	errno = 0;
	*error = bpf_object__load(object);
	*program_out = wanted;
	return object;
}

static void answer(struct bpf_object *object, const struct bpf_program *program, int error, const char *log)
{
	printf("{\"name\":");
	print_text(bpf_program__name(program));
	printf(",\"section\":");
	print_text(bpf_program__section_name(program));
	printf(",\"verdict\":\"%s\",\"errno\":%d,\"log\":", error ? "rejected" : "accepted", error ? -error : 0);
	print_text(log);
	printf(",\"libbpf\":");
	print_text(error ? libbpf_text : "");
	if (!error && packet_count) {
		if (packet_count > 1)
			printf(",\"before\":[");
		for (int i = 0; i + 1 < packet_count; i++) {
			printf("%s{", i ? "," : "");
			run_program(bpf_program__fd(program), &packets[i]);
			putchar('}');
		}
		printf("%s,\"run\":{", packet_count > 1 ? "]" : "");
		run_program(bpf_program__fd(program), &packets[packet_count - 1]);
		if (!without_maps) {
			putchar(',');
			print_maps(object);
		}
		putchar('}');
	}
	printf("}\n");
}

static int judge(const char *file, const char *name, unsigned int level)
{
	struct bpf_program *wanted;
	int error;
	struct bpf_object *object = load(file, name, level, -1, &wanted, &error);

	if (!object)
		return 0;
	if (error && bpf_program__type(wanted) == BPF_PROG_TYPE_UNSPEC) {
		for (int guess = 0; error && guess < (int)(sizeof(guesses) / sizeof(*guesses)); guess++) {
			bpf_object__close(object);
			object = load(file, name, level, guess, &wanted, &error);
		}
	}
	answer(object, wanted, error, log_text);
	bpf_object__close(object);
	return error;
}

static bool needs_trampoline(const struct bpf_program *program)
{
	enum bpf_attach_type attach = bpf_program__expected_attach_type(program);

	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_EXT:
		return true;
	case BPF_PROG_TYPE_TRACING:
		return attach == BPF_TRACE_FENTRY || attach == BPF_TRACE_FEXIT || attach == BPF_MODIFY_RETURN;
	default:
		return false;
	}
}

enum { ROOM_FOR_LOG = 1 << 20 };

/* All programs but those on trampolines at once; whether that was possible, in which case they are answered. */
static bool judge_together(const char *file, unsigned int level)
{
	struct bpf_object *object = bpf_object__open(file);
	struct bpf_program *program;
	struct bpf_map *map;
	int error = 0, count = 0;
	size_t size;

	if (!object)
		return false;
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	bpf_object__for_each_program(program, object) {
		bool is_wanted = !needs_trampoline(program);

		bpf_program__set_autoload(program, is_wanted);
		if (!is_wanted)
			continue;
		count++;
		bpf_program__set_log_level(program, level);
		bpf_program__set_log_buf(program, calloc(1, ROOM_FOR_LOG), ROOM_FOR_LOG);
	}
	if (count > 0)
		error = bpf_object__load(object);
	bpf_object__for_each_program(program, object) {
		char *log = (char *)bpf_program__log_buf(program, &size);

		if (!error && !needs_trampoline(program))
			answer(object, program, 0, log);
		free(log);
	}
	bpf_object__close(object);
	return !error;
}

/* A kernel without trampolines refuses such programs before it looks at them: one stands for all. */
static void judge_on_trampolines(struct bpf_object *object, const char *file, unsigned int level)
{
	struct bpf_program *program;
	bool refused = false;

	bpf_object__for_each_program(program, object) {
		if (!needs_trampoline(program))
			continue;
		if (refused)
			answer(object, program, -EPERM, "");
		else
			refused = judge(file, bpf_program__name(program), level) == -EPERM && !log_text[0];
	}
}

int main(int argc, char **argv)
{
	unsigned int level = 1;
	bool together = false;
	int option, status = 0;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	libbpf_set_print(keep_warning);
	while ((option = getopt(argc, argv, "l:d:r:nw")) != -1) {
		if (option == 'l')
			level = atoi(optarg);
		else if (option == 'd' && packet_count < MAX_PACKETS) {
			packets[packet_count].size = read_hex(optarg, packets[packet_count].bytes, sizeof(packets[0].bytes));
			packet_count++;
		} else if (option == 'r')
			repeat = atoi(optarg);
		else if (option == 'n')
			without_maps = true;
		else if (option == 'w')
			together = true;
		else
			return 2;
	}
	for (; optind < argc; optind++) {
		struct bpf_object *object;
		struct bpf_program *program;

		libbpf_text[0] = 0;
		object = bpf_object__open(argv[optind]);
		if (!object) {
			printf("{\"error\":");
			print_text(libbpf_text);
			printf("}\n");
			status = 1;
			continue;
		}
		if (together && judge_together(argv[optind], level)) {
			judge_on_trampolines(object, argv[optind], level);
		} else {
			bpf_object__for_each_program(program, object)
				judge(argv[optind], bpf_program__name(program), level);
		}
		bpf_object__close(object);
		fflush(stdout);
	}
	return status;
}
