/** The log of a run, whole or as it grows. */
import * as Effect from "effect/Effect"
import * as Store from "../../store/index.ts"
import { open, runById } from "../read.ts"
import type { Workspace } from "../workspace.ts"

/** Entries that are read at once, at most. */
export const mostLogged = 10_000

/** The last entries of a run's log, and how the run stands. Fails with `NotFound`. */
export const log = Effect.fn("Workspace.log")(function*(workspace: Workspace, run: number, most = mostLogged) {
  const { status } = yield* runById(workspace, run)
  return { status, entries: yield* Store.log(yield* open(workspace), run, -1, most) }
}, Effect.scoped)

/** The next `most` entries after a place (-1: from the beginning), for whoever reads a log whole and as it grows. Fails with `NotFound`. */
export const logFrom = Effect.fn("Workspace.logFrom")(function*(workspace: Workspace, run: number, after: number, most = mostLogged) {
  const { status } = yield* runById(workspace, run)
  return { status, entries: yield* Store.logFrom(yield* open(workspace), run, after, most) }
}, Effect.scoped)
