/** Every metric of an experiment at every step, one run at a time. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, open, statusOf } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/**
 * The current runs of an experiment in table order, and what reads the values of one, for the rest of the scope: all of them at once
 * may be more than memory holds. Fails with `NotFound`.
 */
export const metrics = Effect.fn("Workspace.metrics")(function*(workspace: Workspace, name: string) {
  const handle = yield* open(workspace)
  const { variants } = yield* experimentCalled(handle, name)
  const alive = Store.isHeld(workspace.db)
  const cells = new Map(variants.map(({ cell, name }) => [name, cell]))
  const runs = (yield* Store.runs(handle, name)).map(({ endedAt, id, seed, startedAt, status, variant }) => ({
    id,
    variant,
    cell: cells.get(variant) ?? {},
    seed,
    status: statusOf(status, alive),
    startedAt,
    endedAt
  }))
  return {
    axes: [...new Set(variants.flatMap(({ cell }) => Object.keys(cell)))],
    runs,
    valuesOf: ({ seed, variant }: { readonly variant: string; readonly seed: number }) => Store.runCurves(handle, name, variant, seed)
  }
})
