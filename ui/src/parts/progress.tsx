/** A bar of what is done, failed and to come. */

interface Props {
  readonly label: string
  readonly done: number
  readonly failed?: number
  readonly of: number
}

export const Progress = ({ done, failed = 0, label, of }: Props) => (
  <svg class="progress" role="img" aria-label={label} viewBox="0 0 100 6" preserveAspectRatio="none">
    <rect class="rest" width="100" height="6" />
    <rect class="done" width={of === 0 ? 0 : (100 * done) / of} height="6" />
    <rect class="failed" x={of === 0 ? 0 : (100 * done) / of} width={of === 0 ? 0 : (100 * failed) / of} height="6" />
  </svg>
)
