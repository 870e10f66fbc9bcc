// A question to the worker about the build that is shown, asked again with every new build and every change of the arguments.
// The old answer stays until the new one has come, so that nothing flickers while one types.
import { useEffect, useState } from 'react'
import type { Methods } from '../../worker/index.ts'
import { usePage } from './hooks.ts'
import { useSession } from './session.ts'

/** Methods that are about a build. */
type Asked = { [M in keyof Methods]: Methods[M]['args'] extends { readonly revision: number } ? M : never }[keyof Methods]
type Rest<M extends Asked> = Omit<Methods[M]['args'], 'revision'>

/** Undefined until the first answer has come, and where there is no build. */
export function useAnswer<M extends Asked>(method: M, rest: Rest<M> | undefined): Methods[M]['value'] | undefined {
  const { engine } = usePage()
  const revision = useSession((s) => s.report?.revision)
  const [answer, setAnswer] = useState<Methods[M]['value'] | undefined>(undefined)
  // Arguments are plain data: their text says whether they changed.
  const key = rest === undefined ? undefined : JSON.stringify(rest)
  useEffect(() => {
    if (revision === undefined || key === undefined) return
    let left = false
    const args = { ...(JSON.parse(key) as Rest<M>), revision } as unknown as Methods[M]['args']
    engine.call(method, args).then(
      (value) => {
        if (!left) setAnswer(value)
      },
      // A newer build asks anew; a defect of the worker is told by the build itself.
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [engine, method, revision, key])
  return answer
}
