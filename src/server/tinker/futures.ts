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
  /** Numbers that it holds, where they are many. */
  readonly size?: number
}

export type Settled = { readonly outcome: Outcome } | { readonly error: string; readonly category: "user" | "server" }

interface Future {
  readonly settled: Promise<Settled>
  result: Settled | undefined
}

export interface Futures {
  /** Begins something for an owner, and gives its request id. Throws `HttpError`, and begins nothing, where too much is under way. */
  readonly begin: (owner: string, work: () => Promise<Outcome>) => string
  /** What came of a request, or undefined where it is not there in time. Throws `HttpError` where there is no such request. */
  readonly retrieve: (id: string, milliseconds: number) => Promise<Settled | undefined>
  /** Resolves when it is there. */
  readonly whenSettled: (id: string) => Promise<unknown>
  /** What is there already. */
  readonly resultOf: (id: string) => Settled | undefined
  /** Lets go of what a client has. */
  readonly forget: (id: string) => void
  readonly forgetOwner: (owner: string) => void
}

/** Of an owner: requests under way, results that are kept, and numbers in them. The oldest results go first. */
const limits = { pending: 1024, kept: 4096, numbers: 2 ** 23 } as const

interface Owner {
  readonly futures: Map<string, Future>
  pending: number
}

const failed = (cause: unknown): Settled =>
  cause instanceof HttpError ? { error: cause.message, category: "user" } : { error: reasonOf(cause), category: "server" }

const sizeOf = ({ result }: Future): number => result !== undefined && "outcome" in result ? result.outcome.size ?? 0 : 0

/** Drops the oldest results of an owner who has too many, or too large ones; the latest stays. */
const trim = ({ futures }: Owner): void => {
  const there = [...futures].filter(([, future]) => future.result !== undefined)
  let numbers = there.reduce((sum, [, future]) => sum + sizeOf(future), 0)
  let count = there.length
  for (const [id, future] of there.slice(0, -1)) {
    if (count <= limits.kept && numbers <= limits.numbers) return
    futures.delete(id)
    numbers -= sizeOf(future)
    count--
  }
}

export const futures = (): Futures => {
  const owners = new Map<string, Owner>()
  const find = (id: string): Future | undefined => {
    for (const { futures } of owners.values()) {
      const found = futures.get(id)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    begin: (name, work) => {
      const owner = owners.get(name) ?? { futures: new Map<string, Future>(), pending: 0 }
      if (owner.pending >= limits.pending) {
        throw new HttpError({ status: 429, message: `${limits.pending} requests of this session are waiting already; ask again later`, code: "busy" })
      }
      owners.set(name, owner)
      owner.pending++
      const id = randomUUID()
      const future: Future = { settled: work().then((outcome): Settled => ({ outcome }), failed), result: undefined }
      owner.futures.set(id, future)
      void future.settled.then((result) => {
        future.result = result
        owner.pending--
        // they lie in the order in which they came to an end, so that what nobody can have come for yet is the last to go
        if (owner.futures.delete(id)) owner.futures.set(id, future)
        trim(owner)
      })
      return id
    },
    retrieve: async (id, milliseconds) => {
      const future = find(id)
      if (future === undefined) {
        throw new HttpError({ status: 404, message: `there is no request ${id}: the server was started anew, its session was dropped, or its result was long ago` })
      }
      const waiting = new AbortController()
      const late = sleep(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined)
      const first = await Promise.race([future.settled, late])
      waiting.abort()
      return first ?? undefined
    },
    whenSettled: (id) => find(id)?.settled ?? Promise.resolve(),
    resultOf: (id) => find(id)?.result,
    forget: (id) => {
      for (const { futures } of owners.values()) if (futures.get(id)?.result !== undefined) futures.delete(id)
    },
    forgetOwner: (owner) => void owners.delete(owner)
  }
}
