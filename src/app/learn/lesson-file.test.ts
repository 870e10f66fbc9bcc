import { expect, test } from 'vitest'
import { isLessonPath, newLesson } from '../../lessons/index.ts'
import { lessonFilesIn, lessonFileText, ownId } from './lesson-file.ts'

test('a lesson goes into a file and comes back', () => {
  const files = newLesson('mine')
  expect(lessonFilesIn(lessonFileText(files))).toEqual(files)
  expect(ownId(files)).toBe('own-mine')
})

test.each(['', '{', 'null', '[]', '{"files":[1]}', '{"files":{"../x":"a"}}', '{"files":{"a":1}}', '{"files":{"/etc/passwd":"a"}}'])(
  'what is no lesson file is none: %s',
  (text) => expect(lessonFilesIn(text)).toBeUndefined(),
)

test('an id that is none is not taken over', () => {
  expect(ownId({ 'lesson.json': '{"id":"<b>"}' })).toBe('own-lesson')
  expect(ownId({ 'lesson.json': 'x' })).toBe('own-lesson')
  expect(ownId({})).toBe('own-lesson')
  expect(isLessonPath('wrong/a.c')).toBe(true)
  expect(isLessonPath('wrong//a.c')).toBe(false)
})
