/** Somebody's SQL, in a process of its own: SQLite does not look up from a query, and only the end of its process stops it. */
import { type ChildProcess, fork } from "node:child_process"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import * as Store from "../../store/index.ts"
import type { Workspace } from "../workspace.ts"

/** What a query may take: of the answer, of time, and of memory. */
export interface Most extends Store.Most {
  readonly seconds: number
  readonly megabytes: number
}

export interface Question {
  readonly file: string
  readonly query: string
  readonly most: Most
}

export type Reply =
  | { readonly answer: Store.Beginning }
  | { readonly failure: { readonly reason: Store.Reason; readonly message: string } }
  | { readonly stopped: "seconds" | "megabytes" }

/** The query took more than it may, and was stopped. */
export class QueryStopped extends Data.TaggedError("QueryStopped")<{ readonly message: string }> {
  readonly exitCode = exits.usage
}

const remedy = "Ask for less (fewer rows of large tables, a LIMIT within), or run it with `assay sql`, which takes what it needs."

const stopped = (by: "seconds" | "megabytes", most: Most): QueryStopped =>
  new QueryStopped({
    message: by === "seconds"
      ? `The query was stopped after ${most.seconds} s. ${remedy}`
      : `The query was stopped as it took more than ${most.megabytes} MB of memory. ${remedy}`
  })

const ended = (file: string): Store.StoreError =>
  new Store.StoreError({ reason: "unexpected", file, message: `The process that asks ${file} ended without an answer. Ask again, or for less.` })

const start = Effect.acquireRelease(
  Effect.sync(() => fork(new URL("./child.ts", import.meta.url), { execArgv: [], serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] })),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

const replyOf = (child: ChildProcess, question: Question): Effect.Effect<Reply, Store.StoreError> =>
  Effect.callback((resume) => {
    const broke = () => resume(Effect.fail(ended(question.file)))
    child.once("message", (reply) => resume(Effect.succeed(reply as Reply))).once("error", broke).once("exit", broke)
    child.send(question, (error) => error !== null && broke())
  })

/** The first rows that one read-only statement gives. When it is interrupted, so is the query. */
export const ask = Effect.fn("Workspace.ask")(function*({ db }: Workspace, query: string, most: Most) {
  const reply = yield* replyOf(yield* start, { file: db, query, most })
  if ("answer" in reply) return reply.answer
  if ("stopped" in reply) return yield* stopped(reply.stopped, most)
  return yield* new Store.StoreError({ ...reply.failure, file: db })
}, Effect.scoped)
