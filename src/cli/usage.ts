// What the command line says about itself.
export const USAGE = `usage: npm run -s cli -- COMMAND ...

  compile FILE.c [-o OUT.o] [-I DIR]... [-D X[=Y]]... [--cpu v1|v2|v3|v4] [--json]
  link    FILE.(c|o)... -o OUT.o [-I DIR]... [-D X[=Y]]... [--cpu v3]
  dump    FILE.(c|o) [--section S] [--passes] [--no-pass NAME]... [--last-pass N] [-I DIR]... [-D X[=Y]]... [--cpu v3]
  verify  FILE.(c|o|s) [--section S] [--log-level 0|1|2|4] [--explain en|ko] [--unpriv | --cap LIST] [--flags LIST] [-I DIR]... [-D X[=Y]]...
          [--cpu v3] [--json]
  run     FILE.(c|o|s) [--section S] (--pcap IN [--pcap-out OUT] | --packet HEX) [--repeat N] [--engine interp|jit] [--json]
  run     PROJECT.json [--quiet] [--json]      the whole world of a project: its log, what came of each hook
  filter  'EXPRESSION' [--pcap IN] [--json]      a tcpdump filter as classic BPF and as eBPF, and what it takes
  lesson  new ID | check [ID]... | preview ID | pack ID [OUT.json]      see docs/lessons.md
  grade   WORKSHOP HANDIN... [--junit FILE] [--csv FILE]      runs every hand-in again; JSON
  batch   [FILE.jsonl]      one request a line (standard input without FILE), one answer a line

--passes prints the program after each pass of the compiler. Of compile, dump, verify and run: --no-pass NAME leaves a pass out wherever it stands,
--last-pass N all behind the first N, to find the one that a fault comes from. What the back end needs runs all the same.

--unpriv, --cap LIST (of verify): loaded without capabilities, or with some of bpf,perfmon,net_admin alone; else by root.
--flags LIST (of verify): some of strict_alignment,any_alignment,test_state_freq,test_reg_invariants.
--btf FILE (of dump, verify and run): CO-RE relocates to these types of a kernel, such as /sys/kernel/btf/vmlinux.

Exit status: 0 done, 1 rejected or failed, 2 bad usage.`
