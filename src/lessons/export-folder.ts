// A lesson, or a project, as a folder that builds and runs on a Linux machine: the sources, what `real-folder.ts` makes for them, and a README that says
// how, with what the lesson says about real machines. In: lesson or project, and sources. Out: files by path.
import type { BuildReport, Project, ProjectFile } from '../engine/index.ts'
import { objectOf, type RealProgram, realFolder } from './real-folder.ts'
import { gridOf, sectionOf, withFacts } from './text.ts'
import type { Lesson } from './types.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

const sourcesOf = (files: readonly ProjectFile[]): Files => Object.fromEntries(files.map((f) => [f.path, f.text]))

/** Whether the kernel's own header is included and must be made on the machine. */
const needsKernelHeader = (files: readonly ProjectFile[]): boolean =>
  files.every((f) => f.path !== 'vmlinux.h') && files.some((f) => /^\s*#\s*include\s*["<]vmlinux\.h/m.test(f.text))

export function exportFolder(lesson: Lesson, files: readonly ProjectFile[], language: 'en' | 'ko'): Files {
  const { build, scenario } = lesson.start
  const onProcesses = scenario.nodes.some((n) => n.kind === 'process')
  const programs = onProcesses
    ? programsIn(files).map((name): RealProgram => ({ name, where: 'self' }))
    : [{ name: scenario.attach[0]?.program ?? '', where: 'device' } as const]
  const folder = { main: build.main, programs, needsKernelHeader: needsKernelHeader(files) }
  return { ...sourcesOf(files), ...realFolder(folder), 'README.md': readme(lesson, language, build.main, onProcesses) }
}

/** What a project's folder is made of. */
export interface ProjectExport {
  readonly project: Project
  /** The build of it. */
  readonly report: Pick<BuildReport, 'programs' | 'attached' | 'packets'>
  /** What arrives, as a capture, where the results of each packet can be compared. */
  readonly arrivals?: Uint8Array
}

const CGROUP = /^(cgroup_|sock_ops)/
const DEVICE = /^(xdp|sched_)/

export function exportProject({ project, report, arrivals }: ProjectExport, language: 'en' | 'ko'): Files {
  const { build, scenario, files } = project
  const { main, units = [], cpu, defines } = build
  const named = scenario.attach.filter((a) => report.programs.some((p) => p.name === a.program))
  const first = report.programs[Math.max(0, report.attached)]?.name ?? ''
  const attach = named.length > 0 ? named : [{ program: first, direction: undefined }]
  const programs = attach.map(({ program, direction }): RealProgram => {
    const type = report.programs.find((p) => p.name === program)?.type ?? ''
    const where = DEVICE.test(type) ? 'device' : CGROUP.test(type) ? 'cgroup' : 'self'
    return { name: program, where, ...(direction && { direction }) }
  })
  const folder = {
    main,
    units,
    cpu,
    defines,
    programs: programs.filter((p, i) => programs.findIndex((q) => q.name === p.name) === i),
    maps: scenario.maps,
    ...(arrivals && { packets: { pcap: arrivals, returned: report.packets.map((p) => p.retval) } }),
    needsKernelHeader: needsKernelHeader(files),
  }
  const words = PROJECT[language](main.split('/').at(-1) ?? main, objectOf(folder), arrivals !== undefined)
  return { ...sourcesOf(files), ...realFolder(folder), 'README.md': words }
}

/** Names of the programs in sources, by their sections. */
const programsIn = (files: readonly ProjectFile[]): string[] =>
  files.flatMap(({ text }) =>
    [...text.matchAll(/^SEC\("(?!\.maps"|license")[^"]+"\)\s*int\s+(?:BPF_[A-Z_0-9]+\(\s*)?(\w+)/gm)].map((m) => m[1]),
  )

function readme(lesson: Lesson, language: 'en' | 'ko', main: string, onProcesses: boolean): string {
  const text = lesson.texts[language]
  const real = sectionOf(text, 'real')
  const words = README[language]
  const how = onProcesses ? words.processes : words.how
  return `# ${text.title}\n\n${how(main.replace(/\.c$/, ''))}\n\n## ${real?.heading ?? ''}\n\n${asTables(withFacts(real?.body ?? '', lesson.facts))}\n`
}

/** Blocks "```table" as the tables that other readers of Markdown know. */
const asTables = (markdown: string): string =>
  markdown.replaceAll(/^```table[ \t]*\n([\s\S]*?)^```[ \t]*$/gm, (_, text: string) => {
    const [head = [], ...rows] = gridOf(text)
    return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
  })

const README = {
  en: {
    how: (stem: string) => `This is the program of a Beeyard lesson, as a folder for a Linux machine.

- \`make check\` compiles \`${stem}.o\` and asks the verifier of your kernel.
- \`make sandbox\` runs it on a pair of interfaces in a network namespace of its own.
- \`make run DEV=eth0\` runs it on an interface of yours. Ctrl-C takes it off again.

On Debian and Ubuntu: \`sudo apt install clang libbpf-dev make gcc libc6-dev\`.
While it runs, \`sudo bpftool map\` and \`sudo bpftool map dump name NAME\` show the maps, \`sudo cat /sys/kernel/tracing/trace_pipe\` what bpf_printk writes.`,
    processes: (stem: string) => `These are the programs of a Beeyard lesson, as a folder for a Linux machine.

- \`make check\` compiles \`${stem}.o\` and asks the verifier of your kernel.
- \`make run\` attaches all programs and prints what comes out of ring buffers. Ctrl-C takes them off again. They see **every process of the machine**, and what stops things
  stops them: try it on a virtual machine.

On Debian and Ubuntu: \`sudo apt install clang libbpf-dev make gcc libc6-dev bpftool\`.
While it runs, \`sudo bpftool map dump name NAME\` shows the maps.`,
  },
  ko: {
    processes: (stem: string) => `Beeyard 레슨의 프로그램들을 Linux 컴퓨터에서 실행할 수 있게 담은 폴더입니다.

- \`make check\`: \`${stem}.o\` 파일을 컴파일하고 이 컴퓨터의 검증기에 물어봅니다.
- \`make run\`: 프로그램을 모두 붙이고 링 버퍼에서 나오는 것을 출력합니다. Ctrl-C를 누르면 떼어 냅니다. **이 컴퓨터의 모든 프로세스**를 보며, 막는 프로그램은 실제로 막습니다. 가상
  머신에서 실행해 보세요.

Debian과 Ubuntu에서는 \`sudo apt install clang libbpf-dev make gcc libc6-dev bpftool\` 명령으로 준비합니다.
실행하는 동안 \`sudo bpftool map dump name NAME\`으로 맵을 볼 수 있습니다.`,
    how: (stem: string) => `Beeyard 레슨의 프로그램을 Linux 컴퓨터에서 실행할 수 있게 담은 폴더입니다.

- \`make check\`: \`${stem}.o\` 파일을 컴파일하고 이 컴퓨터의 검증기에 물어봅니다.
- \`make sandbox\`: 따로 만든 네트워크 네임스페이스의 인터페이스 한 쌍에서 실행합니다.
- \`make run DEV=eth0\`: 실제 인터페이스에서 실행합니다. Ctrl-C를 누르면 떼어 냅니다.

Debian과 Ubuntu에서는 \`sudo apt install clang libbpf-dev make gcc libc6-dev\` 명령으로 준비합니다.
실행하는 동안 \`sudo bpftool map\`과 \`sudo bpftool map dump name NAME\`으로 맵을, \`sudo cat /sys/kernel/tracing/trace_pipe\`로 bpf_printk 출력을 볼 수 있습니다.`,
  },
}

const PROJECT = {
  en: (name: string, object: string, compares: boolean) => `# ${name}

Made with Beeyard: the program of the page as a folder for a Linux machine.

- \`make check\` compiles \`${object}\` and asks the verifier of your kernel.${compares ? '\n- `make compare` runs the program on the packets of the page (`packets.pcap`) without attaching it, and compares with what Beeyard said (`expected.txt`). Programs that ask for time, random numbers or addresses may differ.' : ''}
- \`make sandbox\` runs it on a pair of interfaces in a network namespace of its own.
- \`make run DEV=eth0\` runs it on an interface of yours. Ctrl-C takes it off again. \`PROGRAMS\` in the Makefile says what attaches where.

On Debian and Ubuntu: \`sudo apt install clang libbpf-dev make gcc libc6-dev bpftool\`.
While it runs, \`sudo bpftool map\` and \`sudo bpftool map dump name NAME\` show the maps, \`sudo cat /sys/kernel/tracing/trace_pipe\` what bpf_printk writes.
`,
  ko: (name: string, object: string, compares: boolean) => `# ${name}

Beeyard 페이지의 프로그램을 Linux 컴퓨터에서 실행할 수 있게 담은 폴더입니다.

- \`make check\`: \`${object}\` 파일을 컴파일하고 이 컴퓨터의 검증기에 물어봅니다.${compares ? '\n- `make compare`: 프로그램을 연결하지 않은 채 페이지의 패킷(`packets.pcap`)으로 실행하고 Beeyard의 결과(`expected.txt`)와 비교합니다. 시각, 난수, 주소를 쓰는 프로그램은 결과가 다를 수 있습니다.' : ''}
- \`make sandbox\`: 따로 만든 네트워크 네임스페이스의 인터페이스 한 쌍에서 실행합니다.
- \`make run DEV=eth0\`: 실제 인터페이스에서 실행합니다. Ctrl-C를 누르면 떼어 냅니다. 어느 프로그램을 어디에 연결할지는 Makefile의 \`PROGRAMS\`에 있습니다.

Debian과 Ubuntu에서는 \`sudo apt install clang libbpf-dev make gcc libc6-dev bpftool\` 명령으로 준비합니다.
실행하는 동안 \`sudo bpftool map\`과 \`sudo bpftool map dump name NAME\`으로 맵을, \`sudo cat /sys/kernel/tracing/trace_pipe\`로 bpf_printk 출력을 볼 수 있습니다.
`,
}
