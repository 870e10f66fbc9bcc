// Programs as libbpf hands them to the kernel: `capture.c` stands between the two (link with -Wl,--wrap=bpf_prog_load
// -Wl,--wrap=bpf_map_create against the static libbpf) and prints each load of interest as a JSON line with the kernel's answer.
#pragma once
#include <stdbool.h>

/** Whether loads are captured, of which program (NULL = of any), and what is printed before the program's own members. */
extern struct capture {
	bool armed;
	const char *program;
	void (*print_head)(void);
	/** Log level of the captured load; statistics come in any case. */
	unsigned int log_level;
	/** Or-ed into the program's flags. */
	unsigned int flags;
	/** Every load counts, not only the first since `seen` was cleared. */
	bool every;
	/** A load was captured since this was cleared. */
	bool seen;
	/** Behind the line of a program, variants of it are read from standard input and loaded with its maps, types and lines. */
	bool variants;
} capture;

void print_text(const char *text);
/** Captured loads are those of somebody with these capabilities alone (caps.h); false where the list is none. */
bool capture_caps(char *list);
