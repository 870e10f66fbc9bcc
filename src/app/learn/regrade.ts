// Runs every hand-in of a workshop again in a pool of two workers of its own, so that the workbench stays free. In: workshop and hand-ins.
// Out: rows in the order of names and items, told one by one as they are ready.
import type { GradeRow, HandIn, Lesson, Workshop } from '../../lessons/index.ts'
import { createClient, fingerprint, hiddenRuns, mostAlike, similarity, spawnWorker, workshopMark } from '../../worker/index.ts'
import { trustedWorkerUrl } from '../trusted.ts'

const WORKERS = 2

export async function regrade(
  workshop: Workshop,
  handIns: readonly HandIn[],
  onProgress: (done: number, all: number) => void,
): Promise<readonly GradeRow[]> {
  const clients = Array.from({ length: WORKERS }, () =>
    createClient({ spawn: () => spawnWorker(trustedWorkerUrl, () => {}), patienceMs: 20_000 }),
  )
  try {
    const lessons = new Map<string, Lesson>()
    const ids = workshop.items.flatMap((i) => (i.kind === 'lesson' ? [i.id] : []))
    for (const id of new Set(ids)) {
      const read = await clients[0].call('lesson', { ref: { id } })
      if (read.ok) lessons.set(id, read.lesson)
    }
    const mark = workshopMark(workshop)
    const keys = handIns.map((h, i) => `${i} ${h.name}`)
    const jobs = handIns.flatMap((handIn, h) => workshop.items.flatMap((item) => (item.kind === 'lesson' ? [{ handIn, h, item }] : [])))
    const pieceOf = (handIn: HandIn, id: string) => handIn.items.find((i) => i.lesson === id)
    const prints = new Map(
      [...lessons].map(([id, lesson]) => {
        const of = (h: HandIn) => fingerprint(pieceOf(h, id)?.files ?? [], lesson.start.files)
        return [id, new Map(handIns.map((h, i) => [keys[i], of(h)] as const))] as const
      }),
    )
    const rows = new Array<GradeRow>(jobs.length)
    let next = 0
    let done = 0
    const work = async (client: (typeof clients)[number]): Promise<void> => {
      for (let at = next++; at < jobs.length; at = next++) {
        const { handIn, h, item } = jobs[at]
        const lesson = lessons.get(item.id)
        const piece = pieceOf(handIn, item.id)
        const counts = lesson && piece && handIn.workshop === mark
        const { grade } = counts
          ? await client
              .call('grade', { ref: { id: item.id }, files: piece.files, more: hiddenRuns(item.hidden, lesson).runs })
              .catch(() => ({ grade: undefined }))
          : { grade: undefined }
        const alike = mostAlike(prints.get(item.id) ?? new Map(), keys[h], keys, similarity)
        rows[at] = {
          name: handIn.name,
          lesson: item.id,
          grade,
          claims: piece?.claims ?? false,
          at: piece?.at ?? 0,
          similarity: alike.similarity,
          like: alike.like.replace(/^\d+ /, ''),
        }
        onProgress(++done, jobs.length)
      }
    }
    await Promise.all(clients.map(work))
    return rows
  } finally {
    for (const client of clients) client.close()
  }
}
