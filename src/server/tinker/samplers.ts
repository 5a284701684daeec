/** Sampling sessions, and the weights that they sample from: files, of which the latest used are in memory. */
import { stat } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { PolicyError } from "../../policy/policyError.ts"
import { HttpError } from "../http/answers.ts"
import type { Base } from "./base.ts"
import type { Checkpoint } from "./checkpoints.ts"

/** Weights to sample from; null is the base. */
export type Weights = Checkpoint | null

/** What tells weights from others, those that were written to the same file before too. */
export const nameOf = (weights: Weights): string | null => weights === null ? null : `${weights.file}@${weights.written}`

export interface SamplingSession {
  readonly id: string
  readonly session: string
  readonly weights: Weights
  /** Requests in the order in which they came to an end, for those who ask for all of them at once. */
  readonly ended: Array<string>
  /** How many have been told, and are no longer among them. */
  told: number
  /** Wakes who waits for one to come to its end. */
  readonly waiting: Set<() => void>
}

/** Adapters in memory. */
const inMemory = 16

export interface Samplers {
  readonly open: (session: string, sequence: number, weights: Weights) => SamplingSession
  /** Throws `HttpError` where there is none of that name. */
  readonly find: (id: string) => SamplingSession
  readonly close: (id: string) => void
  /** Does something with weights once they are in memory; all that samples is done one after the other. */
  readonly use: <A>(weights: Weights, work: (name: string | null) => Effect.Effect<A, PolicyError>) => Effect.Effect<A, PolicyError>
}

/** Sampling sessions of one client. */
const most = 4096

/** Fails where a checkpoint's file is no longer the one that a session was opened on. */
const unchanged = ({ file, path, written }: Checkpoint): Effect.Effect<void, PolicyError> =>
  Effect.gen(function*() {
    const now = yield* Effect.promise(() => stat(file).then(({ mtimeMs }) => mtimeMs, () => undefined))
    if (now === written) return
    const message = now === undefined
      ? `${path} is not there any more; save the weights again, and sample from those`
      : `${path} was written over since this sampling session was opened; open a new one, which samples what is there by now`
    return yield* new PolicyError({ operation: "load", message, exitCode: exits.invalid })
  })

export const samplers = ({ samples }: Pick<Base, "samples">): Samplers => {
  const all = new Map<string, SamplingSession>()
  /** How many each client has. */
  const counts = new Map<string, number>()
  /** By name, the latest used last. */
  const loaded = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()

  const bring = (weights: Weights): Effect.Effect<string | null, PolicyError> =>
    Effect.gen(function*() {
      if (weights === null) return null
      const name = nameOf(weights)!
      if (!loaded.delete(name)) {
        yield* unchanged(weights)
        yield* samples("create", name, weights.lora, 0)
        // again, for it may have been written over while it was read
        yield* Effect.tapError(Effect.andThen(samples("load", name, weights.file, false), unchanged(weights)), () => samples("drop", name))
      }
      loaded.add(name)
      if (loaded.size > inMemory) {
        const oldest = loaded.values().next().value!
        loaded.delete(oldest)
        yield* samples("drop", oldest)
      }
      return name
    })

  return {
    open: (session, sequence, weights) => {
      const id = `${session}:sample:${sequence}`
      const count = counts.get(session) ?? 0
      if (count >= most) throw new HttpError({ status: 429, message: `${most} sampling sessions are open, which is as many as a client may have`, code: "busy" })
      const found = all.get(id)
      if (found !== undefined) throw new HttpError({ status: 409, message: `there is a sampling session ${id} already` })
      const opened: SamplingSession = { id, session, weights, ended: [], told: 0, waiting: new Set<() => void>() }
      all.set(id, opened)
      counts.set(session, count + 1)
      return opened
    },
    find: (id) => {
      const found = all.get(id)
      if (found === undefined) throw new HttpError({ status: 404, message: `there is no sampling session ${id} here: its session has ended, or the server was started anew` })
      return found
    },
    close: (id) => {
      const closed = all.get(id)
      if (closed === undefined) return
      all.delete(id)
      const left = counts.get(closed.session)! - 1
      if (left > 0) counts.set(closed.session, left)
      else counts.delete(closed.session)
      for (const wake of closed.waiting) wake()
    },
    use: (weights, work) =>
      Effect.callback((resume) => {
        const run = () => Effect.runPromiseExit(Effect.flatMap(bring(weights), work))
        const result = last.then(run)
        last = result
        void result.then((exit) => resume(exit))
      })
  }
}
