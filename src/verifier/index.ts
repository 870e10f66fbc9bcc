// The verifier: a program in, Linux's verdict and log out.

export { LINUX_CRASHES, TEST_FLAGS } from './env.ts'
export { type CoveredPart, explainPrune, type PruneExplanation, type PruneReason } from './explain-prune.ts'
export { type Capabilities, capabilitiesOf, PRIVILEGES, type Privilege, ROOT, readCapabilities } from './privilege.ts'
export type {
  StatesAt,
  StateView,
  StepTable,
  ValueView,
  Verification,
  VerifyOptions,
  VerifyResult,
  VerifyStats,
} from './types.ts'
export { startVerify, verify } from './verify.ts'
export { rejectedPath, stateAtStep, statesAt, statesOfWalk } from './views.ts'
