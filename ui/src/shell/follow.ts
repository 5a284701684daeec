/** A question that is asked again and again, and what is known of its answer. */
import { AskError, askUrl } from "./ask.ts"

/** What is known of a question. `value` stays while a newer answer, or one to a changed question, is on its way. */
export interface Known<A> {
  readonly value: A | undefined
  /** The last try failed. */
  readonly error: AskError | undefined
  /** An answer to this very question is still to come: `value` may be that to another one. */
  readonly waiting: boolean
}

interface Following<A> {
  readonly signal: AbortSignal
  /** What never changes is asked until it is answered. */
  readonly once: boolean
  /** Lies between two questions. */
  readonly rest: (signal: AbortSignal) => Promise<void>
  /** Told of what is new. */
  readonly tell: (known: Partial<Known<A>>) => void
  /** Told of every try, whether the server answered at all. */
  readonly reached: (is: boolean) => void
}

const errorOf = (cause: unknown): AskError => cause instanceof AskError ? cause : new AskError(0, String(cause))

/**
 * Asks for as long as `signal` lets it. The same answer again is nothing new. A question that the server finds wrong is not asked again; one
 * that did not reach it still waits for its answer, unless it had one.
 */
export const follow = async <A>(url: string, { once, reached, rest, signal, tell }: Following<A>): Promise<void> => {
  let last: string | undefined
  let answered = false
  while (!signal.aborted) {
    try {
      const text = await askUrl(url, signal)
      if (signal.aborted) return
      reached(true)
      if (text !== last) tell({ value: JSON.parse(text) as A, error: undefined, waiting: false })
      last = text
      answered = true
      if (once) return
    } catch (cause) {
      if (signal.aborted) return
      const error = errorOf(cause)
      reached(error.status !== 0)
      last = undefined
      tell({ error, waiting: error.status === 0 && !answered })
      if (error.status >= 400 && error.status < 500 && error.status !== 404) return
    }
    await rest(signal)
  }
}
