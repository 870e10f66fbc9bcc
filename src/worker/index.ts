// The face of the worker for the page: message types, the client, how to start the worker, and the two pure pieces of the engine that
// the page needs before a worker answers (the project of a first visit, and the reader of saved projects). The worker's own entry is
// `worker.ts`; nothing in the worker imports this face.

export type { LinkFault, LinkResult } from '../engine/index.ts'
export { defaultProject, FIRST_REVISION, type FirstAnswer, readProject } from '../engine/index.ts'
export {
  broken,
  checkText,
  exportFolder,
  exportProject,
  filesOfLesson,
  fingerprint,
  foundText,
  gradesCsv,
  gridOf,
  hiddenRuns,
  hintsOf,
  isLessonPath,
  mainText,
  mostAlike,
  newLesson,
  passedChecks,
  plotted,
  readHandIn,
  readText,
  readWorkshop,
  sectionOf,
  similarity,
  splitAnswer,
  withFacts,
  workshopMark,
} from '../lessons/index.ts'
export { type Client, createClient, StaleError } from './client.ts'
export type { Ending, LessonRef } from './lesson-calls.ts'
export type { ExampleRow, Method, Methods, Port, RequestMessage, ToPage, ToWorker } from './messages.ts'
export { type SpawnedWorker, spawnWorker } from './spawn.ts'
export type { Subject } from './thinking-calls.ts'
