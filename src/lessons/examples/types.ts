// An example: a program to open, read and change. It runs over the capture that comes with the page.
import type { Project } from '../../engine/index.ts'
import type { Text } from '../types.ts'

export interface Example {
  /** Name in links and tests; also the file's name without `.c`. */
  readonly id: string
  readonly group: 'count' | 'filter' | 'steer' | 'watch' | 'rejected'
  readonly title: Text
  /** One or two sentences: what it does and what to look at. */
  readonly about: Text
  readonly source: string
  /** What user space put into the maps before. */
  readonly maps?: Project['scenario']['maps']
}
