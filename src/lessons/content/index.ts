// All lessons, in the order in which they are taught.
import type { Lesson } from '../types.ts'
import { readAPacketSafely } from './read-a-packet-safely.ts'

export const lessons: readonly Lesson[] = [readAPacketSafely]
