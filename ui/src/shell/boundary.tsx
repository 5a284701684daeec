/** What a view could not be drawn for is said in its place; the rest of the page goes on. */
import { Component, type ComponentChildren } from "preact"
import { Failed } from "../parts/states.tsx"

interface Props {
  readonly what: string
  /** Where the page is: somewhere else it is tried again. */
  readonly at: string
  readonly children: ComponentChildren
}

interface State {
  readonly error: Error | undefined
}

export class Boundary extends Component<Props, State> {
  override state: State = { error: undefined }

  static override getDerivedStateFromError(cause: unknown): State {
    return { error: cause instanceof Error ? cause : new Error(String(cause)) }
  }

  override componentDidUpdate({ at }: Props): void {
    if (at !== this.props.at && this.state.error !== undefined) this.setState({ error: undefined })
  }

  override render() {
    const { error } = this.state
    return error === undefined ? this.props.children : <Failed what={this.props.what} error={error} />
  }
}
