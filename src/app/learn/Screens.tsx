// The whole screens of the lessons: the map of the course, and those for authors and teachers.
import { useLearn } from '../state/learn.ts'
import { Author } from './Author.tsx'
import { CourseMap } from './CourseMap.tsx'
import { Gradebook } from './Gradebook.tsx'
import { WorkshopBuild } from './WorkshopBuild.tsx'
import { WorkshopTake } from './WorkshopTake.tsx'

export function Screens() {
  const place = useLearn((s) => s.place)
  switch (place.kind) {
    case 'map':
      return <CourseMap />
    case 'author':
      return <Author />
    case 'workshop':
      return place.view === 'build' ? <WorkshopBuild /> : place.view === 'grade' ? <Gradebook /> : <WorkshopTake />
    default:
      return null
  }
}
