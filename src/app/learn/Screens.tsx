// The whole screens of the lessons: the map of the course, and later ones for authors and teachers.
import { useLearn } from '../state/learn.ts'
import { CourseMap } from './CourseMap.tsx'

export function Screens() {
  const place = useLearn((s) => s.place)
  switch (place.kind) {
    case 'map':
      return <CourseMap />
    default:
      return null
  }
}
