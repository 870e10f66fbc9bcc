// The two sentences of an explanation. A module of its own, so that the texts are loaded with the first rejection.
import { rejectionText } from '../../../diag/index.ts'
import type { Explanation } from '../../../engine/index.ts'
import { useUi } from '../../state/ui.ts'
import styles from './Panel.module.css'

export function WhyText({ explanation }: { readonly explanation: Explanation }) {
  const language = useUi((s) => s.language)
  const { code, params } = explanation
  return (
    <>
      <p>{rejectionText(code, 'what', params, language)}</p>
      <p className={styles.fix}>{rejectionText(code, 'fix', params, language)}</p>
    </>
  )
}
