/** What is being computed for clients, by request: they come back for it, and wait a while each time. */
import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { reasonOf } from "../../pipeline/reason.ts"
import { HttpError } from "../http/answers.ts"

/** What came of a request, in the two forms that clients read. */
export interface Outcome {
  readonly json: () => object
  /** Only of what newer clients want in protobuf. */
  readonly bytes?: () => Uint8Array<ArrayBuffer>
}

export type Settled = { readonly outcome: Outcome } | { readonly error: string; readonly category: "user" | "server" }

interface Future {
  readonly owner: string
  readonly settled: Promise<Settled>
  result: Settled | undefined
}

export interface Futures {
  /** Takes in what is under way for an owner, and gives its request id. Throws `HttpError` where too much is. */
  readonly begin: (owner: string, work: Promise<Outcome>) => string
  /** What came of a request, or undefined where it is not there in time. Throws `HttpError` where there is no such request. */
  readonly retrieve: (id: string, milliseconds: number) => Promise<Settled | undefined>
  /** Resolves when it is there, or is dropped. */
  readonly whenSettled: (id: string) => Promise<unknown>
  /** What is there already. */
  readonly resultOf: (id: string) => Settled | undefined
  readonly forget: (id: string) => void
  readonly forgetOwner: (owner: string) => void
}

const limits = { pending: 1024, kept: 4096 } as const

const failed = (cause: unknown): Settled =>
  cause instanceof HttpError ? { error: cause.message, category: "user" } : { error: reasonOf(cause), category: "server" }

export const futures = (): Futures => {
  const all = new Map<string, Future>()
  const pending = new Map<string, number>()
  const count = (owner: string, by: number): void => {
    const now = (pending.get(owner) ?? 0) + by
    if (now > 0) pending.set(owner, now)
    else pending.delete(owner)
  }
  /** The oldest results of an owner go first; what is not there yet stays. */
  const trim = (owner: string): void => {
    const own = [...all].filter(([, future]) => future.owner === owner && future.result !== undefined)
    for (const [id] of own.slice(0, Math.max(0, own.length - limits.kept))) all.delete(id)
  }

  return {
    begin: (owner, work) => {
      if ((pending.get(owner) ?? 0) >= limits.pending) {
        work.catch(() => {})
        throw new HttpError({ status: 429, message: `${limits.pending} requests of this session are waiting already; ask again later`, code: "busy" })
      }
      count(owner, 1)
      const id = randomUUID()
      const settled = work.then((outcome): Settled => ({ outcome }), failed)
      const future: Future = { owner, settled, result: undefined }
      all.set(id, future)
      void settled.then((result) => {
        future.result = result
        count(owner, -1)
        if (all.size % 256 === 0) trim(owner)
      })
      return id
    },
    retrieve: async (id, milliseconds) => {
      const future = all.get(id)
      if (future === undefined) {
        throw new HttpError({ status: 404, message: `there is no request ${id}: the server was started anew, its session was dropped, or its result was long ago` })
      }
      const waiting = new AbortController()
      const late = sleep(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined)
      const first = await Promise.race([future.settled, late])
      waiting.abort()
      return first ?? undefined
    },
    whenSettled: (id) => all.get(id)?.settled ?? Promise.resolve(),
    resultOf: (id) => all.get(id)?.result,
    forget: (id) => {
      if (all.get(id)?.result !== undefined) all.delete(id)
    },
    forgetOwner: (owner) => {
      for (const [id, future] of all) if (future.owner === owner) all.delete(id)
    }
  }
}
