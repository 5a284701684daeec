/** Writing often, of which only so much is done that browsers do not refuse the rest. */

/** What has been put and is not written yet. */
export interface Sparing<A> {
  /** Written at once where nothing was lately, else in its time, unless another one is put until then. */
  readonly put: (value: A) => void
  /** Writes what is still to be written. */
  readonly flush: () => void
  /** Forgets it. */
  readonly drop: () => void
}

/** Has `write` called at most every `pause` milliseconds, with the last value that was put. */
export const sparing = <A>(write: (value: A) => void, pause: number): Sparing<A> => {
  let due: { readonly value: A } | undefined
  let rests = false
  const flush = () => {
    if (due === undefined) return
    const { value } = due
    due = undefined
    write(value)
  }
  const rest = () => {
    rests = true
    setTimeout(() => {
      rests = false
      if (due === undefined) return
      flush()
      rest()
    }, pause)
  }
  return {
    put: (value) => {
      due = { value }
      if (rests) return
      flush()
      rest()
    },
    flush,
    drop: () => {
      due = undefined
    }
  }
}
