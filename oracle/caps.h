// Whose load it is: root's, or that of somebody with the capabilities of a list alone: "none", "bpf", "bpf,perfmon,net_admin". Maps and types are
// made by root; only loads themselves are lowered. Without CAP_BPF, kernel.unprivileged_bpf_disabled is 0 while the process lives.
#pragma once
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNPRIVILEGED "/proc/sys/kernel/unprivileged_bpf_disabled"

static bool caps_are_chosen;
static uint32_t chosen_caps[2];
static char unprivileged_before;

static bool write_unprivileged(char value)
{
	FILE *file = fopen(UNPRIVILEGED, "w");
	bool written = file && fputc(value, file) != EOF;

	if (file)
		written &= !fclose(file);
	return written;
}

static void restore_unprivileged(void)
{
	if (unprivileged_before)
		write_unprivileged(unprivileged_before);
}

static bool set_effective(const uint32_t effective[2])
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps))
		return false;
	for (int i = 0; i < 2; i++)
		caps[i].effective = effective ? effective[i] : caps[i].permitted;
	return !syscall(SYS_capset, &header, caps);
}

/** Loads are those of somebody with these capabilities from now on; false where the list is none. */
static bool choose_caps(char *list)
{
	static const struct { const char *name; int cap; } known[] = {
		{ "bpf", CAP_BPF }, { "perfmon", CAP_PERFMON }, { "net_admin", CAP_NET_ADMIN },
	};
	const char *word;

	caps_are_chosen = true;
	if (strcmp(list, "none"))
		for (; (word = strsep(&list, ","));) {
			size_t i = 0;

			while (i < 3 && strcmp(word, known[i].name))
				i++;
			if (i == 3)
				return false;
			chosen_caps[CAP_TO_INDEX(known[i].cap)] |= CAP_TO_MASK(known[i].cap);
		}
	if (chosen_caps[CAP_TO_INDEX(CAP_BPF)] & CAP_TO_MASK(CAP_BPF))
		return true;
	FILE *file = fopen(UNPRIVILEGED, "r");
	int before = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	if (before == '0' || before == EOF)
		return before == '0';
	unprivileged_before = before;
	atexit(restore_unprivileged);
	return write_unprivileged('0');
}

static bool lower_caps(void)
{
	return !caps_are_chosen || set_effective(chosen_caps);
}

static bool raise_caps(void)
{
	return !caps_are_chosen || set_effective(NULL);
}
