// The running kernel as the judge: loads each program of an object on its own, runs it once, prints a JSON line each.
// Usage: oracle [-l LEVEL] [-d PACKET_HEX] FILE.o        (root; libbpf; loads and test-runs only, nothing is attached)
// Line: {"name","section","type","verdict","errno","log","run":{"errno","retval","data_out","maps":{NAME:[[KEY,VALUE],...]}}}
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

static void judge(const char *file, const char *name, unsigned int level, const unsigned char *packet, size_t size)
{
	static char log[16 << 20];
	static unsigned char out[1 << 16];
	struct bpf_object *object;
	struct bpf_program *program, *wanted = NULL;

	libbpf_text[0] = log[0] = 0;
	object = bpf_object__open(file);
	if (!object)
		return;
	bpf_object__for_each_program(program, object) {
		bool is_wanted = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, is_wanted);
		if (is_wanted)
			wanted = program;
	}
	bpf_program__set_log_level(wanted, level);
	bpf_program__set_log_buf(wanted, log, sizeof(log));
	errno = 0;
	int error = bpf_object__load(object);

	printf("{\"name\":");
	print_text(name);
	printf(",\"section\":");
	print_text(bpf_program__section_name(wanted));
	printf(",\"verdict\":\"%s\",\"errno\":%d,\"log\":", error ? "rejected" : "accepted", error ? -error : 0);
	print_text(log);
	printf(",\"libbpf\":");
	print_text(error ? libbpf_text : "");
	if (!error && size) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = size, .data_out = out, .data_size_out = sizeof(out), .repeat = 1);
		int run_error = bpf_prog_test_run_opts(bpf_program__fd(wanted), &run);

		printf(",\"run\":{\"errno\":%d,\"retval\":%u,\"data_out\":", run_error ? -run_error : 0, run.retval);
		print_hex(out, run_error ? 0 : run.data_size_out);
		putchar(',');
		print_maps(object);
		putchar('}');
	}
	printf("}\n");
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	static unsigned char packet[1 << 16];
	unsigned int level = 1;
	size_t size = 0;
	int option;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	libbpf_set_print(keep_warning);
	while ((option = getopt(argc, argv, "l:d:")) != -1) {
		if (option == 'l')
			level = atoi(optarg);
		else if (option == 'd')
			size = read_hex(optarg, packet, sizeof(packet));
		else
			return 2;
	}
	for (; optind < argc; optind++) {
		struct bpf_object *object = bpf_object__open(argv[optind]);
		struct bpf_program *program;

		if (!object) {
			printf("{\"error\":");
			print_text(libbpf_text);
			printf("}\n");
			return 1;
		}
		bpf_object__for_each_program(program, object)
			judge(argv[optind], bpf_program__name(program), level, packet, size);
		bpf_object__close(object);
		fflush(stdout);
	}
	return 0;
}
