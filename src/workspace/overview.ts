/** Experiments at a glance. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** running: a live process is at it; stopped: begun, and nobody goes on; failed: all has ended, some of it in failure. */
export type Status = "planned" | "running" | "stopped" | "failed" | "done"

const statusOf = ({ done, failed, interrupted, running, runs }: Store.Overview, alive: boolean): Status => {
  if (running > 0 && alive) return "running"
  if (runs > 0 && done === runs) return "done"
  if (done + failed === runs && failed > 0) return "failed"
  return done + failed + running + interrupted === 0 ? "planned" : "stopped"
}

/** Every experiment with where its runs are, the one that changed last first; with what was committed of those that run now. */
export const overview = Effect.fn("Workspace.overview")(function*(workspace: Workspace) {
  const handle = yield* open(workspace)
  const alive = Store.isHeld(workspace.db)
  return yield* Effect.forEach(yield* Store.overview(handle), (experiment) =>
    Effect.gen(function*() {
      const status = statusOf(experiment, alive)
      return { ...experiment, status, runsNow: status === "running" ? yield* Store.progress(handle, experiment.id) : [] }
    }))
}, Effect.scoped)
