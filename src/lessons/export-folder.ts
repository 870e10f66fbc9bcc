// A lesson as a folder that builds and runs on a Linux machine: the learner's sources, a loader over libbpf, a Makefile, what the lesson says
// about real machines. In: lesson and sources. Out: files by path. Everything is ours to give away.
import type { ProjectFile } from '../engine/index.ts'
import { sectionOf, withFacts } from './text.ts'
import type { Lesson } from './types.ts'

export function exportFolder(lesson: Lesson, files: readonly ProjectFile[], language: 'en' | 'ko'): Readonly<Record<string, string>> {
  const { main } = lesson.start.build
  const stem = main.replace(/\.c$/, '')
  const program = lesson.start.scenario.attach[0]?.program ?? ''
  const sources = Object.fromEntries(files.map((f) => [f.path, f.text]))
  return {
    ...sources,
    'loader.c': LOADER,
    Makefile: makefile(main, stem, program),
    'README.md': readme(lesson, language, stem),
    '.gitignore': '*.o\nloader\nvmlinux.h\n',
  }
}

const makefile = (main: string, stem: string, program: string): string => `# Needs clang, libbpf with its headers, and root to run.
CLANG ?= clang
ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
MULTI := $(shell $(CC) -print-multiarch 2>/dev/null)
DEV ?= lo
PROGRAM ?= ${program}

all: ${stem}.o loader

${stem}.o: ${main} $(wildcard *.h)
	$(CLANG) -g -O2 -Wall -target bpf -D__TARGET_ARCH_$(ARCH) -I. $(if $(MULTI),-I/usr/include/$(MULTI)) -c $< -o $@

loader: loader.c
	$(CC) -g -O2 -Wall $< -o $@ -lbpf

# Loads without attaching: what the verifier of this machine says.
check: all
	sudo ./loader -n ${stem}.o $(PROGRAM)

run: all
	sudo ./loader ${stem}.o $(PROGRAM) $(DEV)

# A network namespace with a pair of interfaces, so that nothing of this machine is touched.
sandbox: all
	sudo ip netns add beeyard && sudo ip -n beeyard link add veth0 type veth peer name veth1 && \\
	sudo ip -n beeyard addr add 10.0.0.2/24 dev veth0 && sudo ip -n beeyard link set veth0 up && sudo ip -n beeyard link set veth1 up; \\
	sudo ip netns exec beeyard ./loader ${stem}.o $(PROGRAM) veth0; sudo ip netns del beeyard

clean:
	rm -f *.o loader

.PHONY: all check run sandbox clean
`

function readme(lesson: Lesson, language: 'en' | 'ko', stem: string): string {
  const text = lesson.texts[language]
  const real = sectionOf(text, 'real')
  const words = README[language]
  return `# ${text.title}\n\n${words.how(stem)}\n\n## ${real?.heading ?? ''}\n\n${withFacts(real?.body ?? '', lesson.facts)}\n`
}

const README = {
  en: {
    how: (stem: string) => `This is the program of a Beeyard lesson, as a folder for a Linux machine.

- \`make check\` compiles \`${stem}.o\` and asks the verifier of your kernel.
- \`make sandbox\` runs it on a pair of interfaces in a network namespace of its own.
- \`make run DEV=eth0\` runs it on an interface of yours. Ctrl-C takes it off again.

On Debian and Ubuntu: \`sudo apt install clang libbpf-dev make gcc libc6-dev\`.
While it runs, \`sudo bpftool map\` and \`sudo bpftool map dump name NAME\` show the maps, \`sudo cat /sys/kernel/tracing/trace_pipe\` what bpf_printk writes.`,
  },
  ko: {
    how: (stem: string) => `Beeyard 레슨의 프로그램을 Linux 컴퓨터에서 실행할 수 있게 담은 폴더입니다.

- \`make check\`: \`${stem}.o\` 파일을 컴파일하고 이 컴퓨터의 검증기에 물어봅니다.
- \`make sandbox\`: 따로 만든 네트워크 네임스페이스의 인터페이스 한 쌍에서 실행합니다.
- \`make run DEV=eth0\`: 실제 인터페이스에서 실행합니다. Ctrl-C를 누르면 떼어 냅니다.

Debian과 Ubuntu에서는 \`sudo apt install clang libbpf-dev make gcc libc6-dev\` 명령으로 준비합니다.
실행하는 동안 \`sudo bpftool map\`과 \`sudo bpftool map dump name NAME\`으로 맵을, \`sudo cat /sys/kernel/tracing/trace_pipe\`로 bpf_printk 출력을 볼 수 있습니다.`,
  },
}

const LOADER = `// Loads an object, attaches one of its programs and waits for Ctrl-C. Usage: loader [-n] FILE.o PROGRAM [INTERFACE]; -n loads only.
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static struct bpf_link *attach(struct bpf_program *program, int device)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_XDP:
		return bpf_program__attach_xdp(program, device);
	case BPF_PROG_TYPE_SCHED_CLS:
		return bpf_program__attach_tcx(program, device, NULL);
	default:
		return bpf_program__attach(program);
	}
}

int main(int argc, char **argv)
{
	int load_only = argc > 1 && strcmp(argv[1], "-n") == 0;

	argc -= load_only;
	argv += load_only;
	if (argc < 3) {
		fprintf(stderr, "usage: loader [-n] FILE.o PROGRAM [INTERFACE]\\n");
		return 2;
	}
	int device = argc > 3 ? (int)if_nametoindex(argv[3]) : 0;
	if (argc > 3 && device == 0) {
		fprintf(stderr, "%s: no such interface\\n", argv[3]);
		return 1;
	}
	struct bpf_object *object = bpf_object__open(argv[1]);
	if (!object || bpf_object__load(object)) {
		fprintf(stderr, "not loaded: %s\\n", strerror(errno));
		return 1;
	}
	struct bpf_program *program = bpf_object__find_program_by_name(object, argv[2]);
	if (!program) {
		fprintf(stderr, "there is no program %s\\n", argv[2]);
		return 1;
	}
	printf("%s is accepted\\n", argv[2]);
	if (load_only)
		return 0;
	struct bpf_link *link = attach(program, device);
	if (!link) {
		fprintf(stderr, "not attached: %s\\n", strerror(errno));
		return 1;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	printf("%s runs; Ctrl-C takes it off\\n", argv[2]);
	fflush(stdout);
	while (!stopped)
		pause();
	bpf_link__destroy(link);
	bpf_object__close(object);
	return 0;
}
`
