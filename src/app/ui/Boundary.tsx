// Catches a defect in a part of the page, so that the rest (and the code) stays usable. React knows no other form for this than a class.
import { Component, type ReactNode } from 'react'

interface Props {
  readonly fallback: (error: Error) => ReactNode
  readonly children: ReactNode
}
interface State {
  readonly error: Error | undefined
}

export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    return this.state.error ? this.props.fallback(this.state.error) : this.props.children
  }
}
