// The tables of the kernel's test_verifier.c as programs with the kernel's answer: linked with that file (of a source tree, outside of the
// repository) and with capture.c, it makes each of its loads print a line; the test's name stands before it on the same line. What the file
// needs from its neighbours is answered here: no module, no look at the translated program.
#include <stdbool.h>
#include <stdio.h>

#include "capture.h"

struct bpf_insn;

static void print_head(void)
{
	printf("\"file\":\"test_verifier.c\",\"name\":\"\",\"section\":\"\",\"tags\":[]");
}

__attribute__((constructor)) static void arm(void)
{
	capture.armed = capture.every = true;
	capture.print_head = print_head;
}

int load_bpf_testmod(bool verbose)
{
	(void)verbose;
	return 0;
}

int unload_bpf_testmod(bool verbose)
{
	(void)verbose;
	return 0;
}

int get_xlated_program(int fd, struct bpf_insn **insns, unsigned int *count)
{
	(void)fd;
	(void)insns;
	(void)count;
	return -1;
}

int testing_prog_flags(void)
{
	return 0;
}

bool is_jit_enabled(void)
{
	return true;
}
