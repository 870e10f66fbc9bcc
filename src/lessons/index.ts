// Lesson format, checks and grader; `content/` holds the lessons.
export { checkText, foundText } from './check-text.ts'
export { type CourseRow, course, lessonFiles, loadLesson } from './content.ts'
export { type Examination, examine } from './examine.ts'
export { type Example, exampleProject, examples } from './examples/index.ts'
export { exportFolder, exportProject, type ProjectExport } from './export-folder.ts'
export { gradeNow, startGrade, startPlay, workOf } from './grade.ts'
export { type GradeRow, gradesCsv, gradesJunit, mostAlike, passedChecks } from './gradebook.ts'
export { programOf } from './judge.ts'
export { newLesson } from './new-lesson.ts'
export { type PackKind, pack, type Unpacked, unpack } from './pack.ts'
export {
  conditionKinds,
  filesOfLesson,
  isLessonPath,
  type LessonFiles,
  type LessonResult,
  readLesson,
  readLessonFile,
} from './read-lesson.ts'
export { fingerprint, similarity } from './similarity.ts'
export { gridOf, hintsOf, plotted, readText, sectionOf, splitAnswer, withFacts } from './text.ts'
export type {
  Break,
  Check,
  CheckResult,
  Condition,
  Grade,
  HiddenRun,
  Lesson,
  LessonText,
  Play,
  Prediction,
  Section,
  Step,
  Text,
} from './types.ts'
export { broken, mainText, variantOf, withMain } from './variants.ts'
export {
  type HandIn,
  type HandInItem,
  hiddenRuns,
  readHandIn,
  readWorkshop,
  type Workshop,
  type WorkshopItem,
  workshopMark,
} from './workshop.ts'
