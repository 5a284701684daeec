/** Which processes are dead. */
import { isRunning } from "../../pipeline/isRunning.ts"

/** What is known of a process: `beat` changes while it lives. */
export interface Seen {
  readonly id: string
  readonly machine: string
  readonly pid: number
  readonly beat: number
}

/** For how long a process may be silent, in milliseconds: busy with something long, stopped, or on a machine that is gone. */
export const silence = 30_000

/**
 * A watch on other processes, as a function from what is seen of them to the ids of the dead: those of this machine whose process is
 * gone, and those whose beat has stood still for `still` milliseconds of watching. `now` is a clock that nobody sets; what theirs show matters to nobody.
 */
export const deathWatch = (
  machine: string,
  now: () => number = () => performance.now(),
  lives: (pid: number) => boolean = isRunning,
  still: number = silence
) => {
  let watched = new Map<string, { readonly beat: number; readonly silent: number }>()
  let last = now()
  return (others: ReadonlyArray<Seen>): ReadonlyArray<string> => {
    const at = now()
    // who was stopped itself, with its neighbours perhaps, has not listened meanwhile
    const listened = Math.min(at - last, still / 4)
    last = at
    watched = new Map(others.map(({ beat, id }) => {
      const before = watched.get(id)
      return [id, { beat, silent: before?.beat === beat ? before.silent + listened : 0 }]
    }))
    return others
      .filter((one) => (one.machine === machine && !lives(one.pid)) || watched.get(one.id)!.silent > still)
      .map(({ id }) => id)
  }
}
