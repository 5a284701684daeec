/** What a view shows while there is nothing to show: that it waits, that it failed, or what to do. */
import type { ReadonlySignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import type { Known } from "../shell/follow.ts"

/** Says nothing for a moment: most answers are there before it could be read. */
export const Loading = () => <p class="state loading" role="status">Loading…</p>

export const Failed = ({ error, what }: { readonly what: string; readonly error: Error }) => (
  <section class="state" role="alert">
    <h2>{what} cannot be shown</h2>
    <p>{error.message}</p>
  </section>
)

/** Nothing is there: `children` say what to do. */
export const Empty = ({ children, title }: { readonly title: string; readonly children: ComponentChildren }) => (
  <section class="state">
    <h2>{title}</h2>
    {children}
  </section>
)

interface WhenProps<A> {
  /** What it is, for the error: "The experiments". */
  readonly what: string
  readonly known: ReadonlySignal<Known<A>>
  readonly children: (value: A) => ComponentChildren
}

/** Draws an answer once it is there, and keeps what was there, dimmed, while one to another question is on its way. */
export const When = <A,>({ children, known, what }: WhenProps<A>) => {
  const { error, value, waiting } = known.value
  if (error !== undefined && (value === undefined || error.status !== 0)) return <Failed what={what} error={error} />
  if (value === undefined) return <Loading />
  return <div class={waiting ? "waiting" : undefined} aria-busy={waiting}>{children(value)}</div>
}
