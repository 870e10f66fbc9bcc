// Programs as a folder that builds and runs on a Linux machine: Makefile, a loader over libbpf, first contents of maps as text, packets as a capture with
// the results to compare with. In: which sources, which programs, where they attach. Out: files by path. Everything is ours to give away.

export interface RealProgram {
  readonly name: string
  /** 'device' an interface, 'cgroup' a directory of the cgroup file system, 'self' where its section says. */
  readonly where: 'device' | 'cgroup' | 'self'
  /** For tc. */
  readonly direction?: 'ingress' | 'egress'
}

export interface RealFolder {
  /** Path of the C file that is compiled, and of those that are linked with it. */
  readonly main: string
  readonly units?: readonly string[]
  readonly cpu?: number
  readonly defines?: Readonly<Record<string, string>>
  readonly programs: readonly RealProgram[]
  readonly maps?: readonly { readonly name: string; readonly entries: readonly { readonly key: string; readonly value: string }[] }[]
  /** Packets for the first program, and what it returned for each. */
  readonly packets?: { readonly pcap: Uint8Array; readonly returned: readonly number[] }
  /** A source includes vmlinux.h and none is brought. */
  readonly needsKernelHeader: boolean
}

/** Makefile, loader and data. */
export function realFolder(folder: RealFolder): Readonly<Record<string, string | Uint8Array>> {
  const { maps = [], packets } = folder
  const rows = maps.flatMap((m) => m.entries.map((e) => `${m.name} ${e.key} ${e.value}\n`))
  return {
    Makefile: makefile(folder),
    'loader.c': LOADER,
    ...(rows.length > 0 && { 'maps.txt': rows.join('') }),
    ...(packets && { 'packets.pcap': packets.pcap, 'expected.txt': packets.returned.map((r, i) => `${i + 1} ${r}\n`).join('') }),
    '.gitignore': '*.o\n/loader\n/vmlinux.h\n',
  }
}

export const objectOf = ({ main, units = [] }: Pick<RealFolder, 'main' | 'units'>): string =>
  units.length > 0 ? 'linked.bpf.o' : main.replace(/\.c$/, '.o')

/** A word of a shell command within a Makefile. */
const word = (text: string): string => (/^[\w.+/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''").replaceAll('$', '$$$$')}'`)

function makefile(folder: RealFolder): string {
  const { main, units = [], cpu, defines = {}, programs, packets, maps = [], needsKernelHeader } = folder
  const object = objectOf(folder)
  const header = needsKernelHeader ? ' vmlinux.h' : ''
  const flags = [...(cpu ? [`-mcpu=v${cpu}`] : []), ...Object.entries(defines).map(([name, value]) => word(`-D${name}=${value}`))]
  const compiled = [main, ...units].map((path) => [path, path.replace(/\.c$/, '.o')] as const)
  const places = { device: '@$(DEV)', cgroup: '@$(CGROUP)', self: '' }
  const args = programs.map((p) => `${p.name}${places[p.where]}${p.where === 'device' && p.direction === 'egress' ? ':egress' : ''}`)
  const options = maps.some((m) => m.entries.length > 0) ? ' -m maps.txt' : ''
  const rules = compiled.map(
    ([source, target]) => `${target}: ${source} $(wildcard *.h)${header}
	$(CLANG) -g -O2 -Wall -target bpf -D__TARGET_ARCH_$(ARCH) $(LIBC)${flags.map((f) => ` ${f}`).join('')} -I. $(if $(MULTI),-I/usr/include/$(MULTI)) -c $< -o $@
`,
  )
  if (units.length > 0) rules.push(`${object}: ${compiled.map(([, o]) => o).join(' ')}\n	$(BPFTOOL) gen object $@ $^\n`)
  if (needsKernelHeader) rules.push('vmlinux.h:\n	$(BPFTOOL) btf dump file /sys/kernel/btf/vmlinux format c > $@\n')
  const compare = packets
    ? `
# Runs the program on packets.pcap without attaching it, and compares with what Beeyard said.
compare: all
	$(SUDO) ./loader${options} -t packets.pcap ${object} ${programs[0]?.name ?? ''} > returned.txt
	diff expected.txt returned.txt && echo "the same as in Beeyard"
`
    : ''
  return `# Needs clang, libbpf with its headers${units.length > 0 || needsKernelHeader ? ', bpftool' : ''}, and root to run.
CLANG ?= clang
BPFTOOL ?= bpftool
ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
MULTI := $(shell $(CC) -print-multiarch 2>/dev/null)
# Headers of the C library ask which machine they are on, and look for those of 32 bits where they are not told.
LIBC := $(if $(filter x86,$(ARCH)),-D__x86_64__)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
DEV = lo
CGROUP = /sys/fs/cgroup
PROGRAMS = ${args.join(' ')}

all: ${object} loader

${rules.join('\n')}
loader: loader.c
	$(CC) -g -O2 -Wall $< -o $@ -lbpf

# Loads without attaching: what the verifier of this machine says.
check: all
	$(SUDO) ./loader -n${options} ${object} $(PROGRAMS)

run: all
	$(SUDO) ./loader${options} ${object} $(PROGRAMS)
${compare}
# A network namespace with a pair of interfaces, so that nothing of this machine is touched.
sandbox: DEV = veth0
sandbox: all
	$(SUDO) ip netns add beeyard && $(SUDO) ip -n beeyard link add veth0 type veth peer name veth1 && \\
	$(SUDO) ip -n beeyard addr add 10.0.0.2/24 dev veth0 && $(SUDO) ip -n beeyard link set veth0 up && $(SUDO) ip -n beeyard link set veth1 up; \\
	$(SUDO) ip netns exec beeyard ./loader${options} ${object} $(PROGRAMS); $(SUDO) ip netns del beeyard

clean:
	rm -f *.o loader returned.txt

.PHONY: all check run sandbox clean${packets ? ' compare' : ''}
`
}

const LOADER = `// Loads an object, attaches programs of it, prints what comes out of ring buffers, and waits for Ctrl-C.
// Usage: loader [-n] [-m MAPS.txt] [-t PACKETS.pcap] FILE.o PROGRAM[@WHERE][:egress]...
// WHERE is an interface, or a directory of the cgroup file system. -n loads only. -m puts first contents into maps, a line "NAME KEY VALUE" each, in hex.
// -t runs the first program on each packet of a capture without attaching it, and prints the packet's number and what the program returned.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define MOST 64

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

struct wish {
	char text[256];
	char *where;
	int egress;
	int device;
	struct bpf_program *program;
	struct bpf_link *link;
};

static void read_wish(struct wish *wish, const char *text)
{
	snprintf(wish->text, sizeof(wish->text), "%s", text);
	char *way = strstr(wish->text, ":egress");
	if (way && way[7] == 0) {
		*way = 0;
		wish->egress = 1;
	}
	wish->where = strchr(wish->text, '@');
	if (wish->where)
		*wish->where++ = 0;
}

/* Sections that a libbpf older than the program does not know. */
static void prepare(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC && strncmp(bpf_program__section_name(program), "tcx/", 4) == 0)
			bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
}

static int no_device(struct wish *wish)
{
	wish->device = wish->where ? (int)if_nametoindex(wish->where) : 0;
	if (wish->device == 0)
		fprintf(stderr, "%s: no such interface: %s\\n", wish->text, wish->where ? wish->where : "name one as PROGRAM@INTERFACE");
	return wish->device == 0;
}

/* For tc: through the hooks of clsact, which every kernel has. */
static int tc(struct wish *wish, int on)
{
	int egress = wish->egress || strstr(bpf_program__section_name(wish->program), "egress");
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = wish->device, .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 1, .priority = 1);

	if (!on)
		return bpf_tc_detach(&hook, &options);
	int made = bpf_tc_hook_create(&hook);
	if (made && made != -EEXIST)
		return made;
	options.prog_fd = bpf_program__fd(wish->program);
	return bpf_tc_attach(&hook, &options);
}

/* A sample 99 times a second on every CPU; they end with the loader. */
static int sample(struct bpf_program *program)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_CPU_CLOCK, .freq = 1, .sample_freq = 99,
	};

	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd < 0 && errno == ENODEV)
			continue;
		if (fd < 0 || !bpf_program__attach_perf_event(program, fd))
			return -errno;
	}
	return 0;
}

static int show(void *name, void *data, size_t size)
{
	const unsigned char *bytes = data;

	printf("%s: ", (const char *)name);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	printf("  ");
	for (size_t i = 0; i < size; i++)
		putchar(bytes[i] >= ' ' && bytes[i] < 127 ? bytes[i] : '.');
	putchar('\\n');
	fflush(stdout);
	return 0;
}

/* Records of ring buffers as bytes and text; NULL where the object has none. */
static struct ring_buffer *open_rings(struct bpf_object *object)
{
	struct ring_buffer *rings = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
			continue;
		void *name = (void *)bpf_map__name(map);
		if (!rings)
			rings = ring_buffer__new(bpf_map__fd(map), show, name, NULL);
		else
			ring_buffer__add(rings, bpf_map__fd(map), show, name);
	}
	return rings;
}

static int attach(struct wish *wish)
{
	struct bpf_program *program = wish->program;
	int fd = -1;

	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_XDP:
		if (no_device(wish))
			return -ENODEV;
		wish->link = bpf_program__attach_xdp(program, wish->device);
		break;
	case BPF_PROG_TYPE_SCHED_CLS:
		return no_device(wish) ? -ENODEV : tc(wish, 1);
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_SOCK_OPS:
		fd = open(wish->where ? wish->where : "/sys/fs/cgroup", O_RDONLY);
		wish->link = fd < 0 ? NULL : bpf_program__attach_cgroup(program, fd);
		break;
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
	case BPF_PROG_TYPE_SK_LOOKUP:
		fd = open("/proc/self/ns/net", O_RDONLY);
		wish->link = fd < 0 ? NULL : bpf_program__attach_netns(program, fd);
		break;
	case BPF_PROG_TYPE_PERF_EVENT:
		return sample(program);
	default:
		wish->link = bpf_program__attach(program);
	}
	int result = wish->link ? 0 : -errno;
	if (fd >= 0)
		close(fd);
	return result;
}

static void detach(struct wish *wish)
{
	if (wish->link)
		bpf_link__destroy(wish->link);
	else if (wish->device)
		tc(wish, 0);
}

static int read_hex(const char *text, unsigned char *bytes, int most)
{
	int size = 0;

	for (; size < most && text[0] && text[1]; text += 2, size++) {
		unsigned int byte;
		if (sscanf(text, "%2x", &byte) != 1)
			return -1;
		bytes[size] = byte;
	}
	return size;
}

static int fill_maps(struct bpf_object *object, const char *path)
{
	static char line[65536], name[256], key[32768], value[32768];
	static unsigned char key_bytes[16384], value_bytes[16384];
	FILE *file = fopen(path, "r");

	if (!file) {
		fprintf(stderr, "%s: %s\\n", path, strerror(errno));
		return -1;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%255s %32767s %32767s", name, key, value) != 3)
			continue;
		struct bpf_map *map = bpf_object__find_map_by_name(object, name);
		int key_size = read_hex(key, key_bytes, sizeof(key_bytes));
		int value_size = read_hex(value, value_bytes, sizeof(value_bytes));
		/* A map with a value for each CPU is given the same one for all. */
		if (map && strstr(libbpf_bpf_map_type_str(bpf_map__type(map)), "percpu")) {
			int cpus = libbpf_num_possible_cpus(), stride = (value_size + 7) / 8 * 8;
			for (int i = 1; i < cpus && (i + 1) * stride <= (int)sizeof(value_bytes); i++)
				memcpy(value_bytes + i * stride, value_bytes, value_size);
			value_size = cpus * stride;
		}
		if (!map || bpf_map__update_elem(map, key_bytes, key_size, value_bytes, value_size, BPF_ANY)) {
			fprintf(stderr, "%s cannot be given its first contents: %s\\n", name, map ? strerror(errno) : "no such map");
			fclose(file);
			return -1;
		}
	}
	fclose(file);
	return 0;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* A classic capture: a header of 24 bytes, then 16 bytes before each packet: seconds, microseconds, length. Packets come at their time. */
static int run_packets(struct bpf_program *program, const char *path)
{
	static unsigned char packet[65536], out[65536 + 512];
	unsigned char header[24], before[16];
	FILE *file = fopen(path, "rb");

	if (!file || fread(header, 1, 24, file) != 24) {
		fprintf(stderr, "%s cannot be read\\n", path);
		return 1;
	}
	uint32_t magic;
	memcpy(&magic, header, 4);
	int64_t began = now_us(), first = 0;
	for (int number = 1; fread(before, 1, 16, file) == 16; number++) {
		uint32_t seconds, fraction, size;
		memcpy(&seconds, before, 4);
		memcpy(&fraction, before + 4, 4);
		memcpy(&size, before + 8, 4);
		int64_t at = seconds * 1000000LL + (magic == 0xa1b23c4d ? fraction / 1000 : fraction);
		if (number == 1)
			first = at;
		int64_t wait = began + at - first - now_us();
		if (wait > 0 && wait < 60 * 1000000LL)
			usleep(wait);
		if (size > sizeof(packet) || fread(packet, 1, size, file) != size)
			break;
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = size, .data_out = out, .data_size_out = sizeof(out));
		int failed = bpf_prog_test_run_opts(bpf_program__fd(program), &run);
		if (failed)
			printf("%d %s\\n", number, strerror(-failed));
		else
			printf("%d %u\\n", number, run.retval);
	}
	fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	const char *maps = NULL, *packets = NULL;
	int load_only = 0, option;

	while ((option = getopt(argc, argv, "nm:t:")) != -1) {
		if (option == 'n')
			load_only = 1;
		else if (option == 'm')
			maps = optarg;
		else if (option == 't')
			packets = optarg;
		else
			return 2;
	}
	if (argc - optind < 2 || argc - optind > MOST) {
		fprintf(stderr, "usage: loader [-n] [-m MAPS.txt] [-t PACKETS.pcap] FILE.o PROGRAM[@WHERE][:egress]...\\n");
		return 2;
	}
	static struct wish wishes[MOST];
	int count = argc - optind - 1;
	for (int i = 0; i < count; i++)
		read_wish(&wishes[i], argv[optind + 1 + i]);

	struct bpf_object *object = bpf_object__open(argv[optind]);
	if (!object) {
		fprintf(stderr, "%s cannot be opened: %s\\n", argv[optind], strerror(errno));
		return 1;
	}
	prepare(object);
	if (bpf_object__load(object)) {
		fprintf(stderr, "not loaded: %s\\n", strerror(errno));
		return 1;
	}
	for (int i = 0; i < count; i++) {
		wishes[i].program = bpf_object__find_program_by_name(object, wishes[i].text);
		if (!wishes[i].program) {
			fprintf(stderr, "there is no program %s\\n", wishes[i].text);
			return 1;
		}
		fprintf(stderr, "%s is accepted\\n", wishes[i].text);
	}
	if (maps && fill_maps(object, maps))
		return 1;
	if (packets)
		return run_packets(wishes[0].program, packets);
	if (load_only)
		return 0;
	struct bpf_map *map;
	bpf_object__for_each_map(map, object)
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS && !bpf_map__attach_struct_ops(map))
			fprintf(stderr, "%s is not attached: %s\\n", bpf_map__name(map), strerror(errno));
	for (int i = 0; i < count; i++) {
		int failed = attach(&wishes[i]);
		if (failed) {
			fprintf(stderr, "%s is not attached: %s\\n", wishes[i].text, strerror(-failed));
			while (i > 0)
				detach(&wishes[--i]);
			return 1;
		}
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	printf("%s runs; Ctrl-C takes it off\\n", wishes[0].text);
	fflush(stdout);
	struct ring_buffer *rings = open_rings(object);
	while (!stopped)
		rings ? ring_buffer__poll(rings, 200) : pause();
	ring_buffer__free(rings);
	for (int i = 0; i < count; i++)
		detach(&wishes[i]);
	bpf_object__close(object);
	return 0;
}
`
