/** The log of a run, whole or as it grows. */
import * as Effect from "effect/Effect"
import * as Store from "../../store/index.ts"
import { open, runById } from "../read.ts"
import type { Workspace } from "../workspace.ts"

/** Entries that are read at once, at most: of a longer log the last. */
export const mostLogged = 10_000

/** The log of a run after a place (all of it unless given), and how the run stands. Fails with `NotFound`. */
export const log = Effect.fn("Workspace.log")(function*(workspace: Workspace, run: number, after = -1, most = mostLogged) {
  const { status } = yield* runById(workspace, run)
  const handle = yield* open(workspace)
  return { status, entries: yield* Store.log(handle, run, after, most) }
}, Effect.scoped)
