// Builds with everything at hand: what tests, the command line and the grader use. A page hands the parts in as it has loaded them.
import type { KernelBtf } from '../abi/index.ts'
import { type BuildWork, startBuildWith } from './build.ts'
import { createNetworkRun } from './network-run.ts'
import type { Project } from './project.ts'

/** `kernel`: the kernel's own types; a build without them says `wantsKernelTypes` where they might change an answer. */
export const startBuild = (project: Project, revision: number, now: () => number, kernel?: KernelBtf): BuildWork =>
  startBuildWith(project, revision, now, kernel, createNetworkRun)
