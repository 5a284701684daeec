/** The curves of experiments, read a piece at a time so that others have their turn between the pieces. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import type { CurveMemory, CurvePoints } from "./curveMemory.ts"
import { experimentCalled, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** An experiment with its axes and the rows of its table. */
const shapeOf = ({ name, variants }: Effect.Success<ReturnType<typeof experimentCalled>>) => ({
  name,
  axes: [...new Set(variants.flatMap(({ cell }) => Object.keys(cell)))],
  variants: variants.map(({ cell, name, role }) => ({ name, role, cell }))
})

/** The axes of experiments by their names, and what their runs recorded over steps. Fails with `NotFound`. */
export const curveKinds = Effect.fn("Workspace.curveKinds")(function*(workspace: Workspace, names: ReadonlyArray<string>) {
  const handle = yield* open(workspace)
  const experiments = yield* Effect.forEach(names, (name) => experimentCalled(handle, name))
  return {
    experiments: experiments.map(shapeOf),
    kinds: yield* Store.curveKinds(handle, names)
  }
}, Effect.scoped)

/** The points of a curve. */
const pointsOf = Effect.fnUntraced(function*(handle: Store.Handle, line: Store.CurveLine) {
  const pieces: Array<ReadonlyArray<Store.CurvePoint>> = []
  for (let after = -1; after < line.lastStep;) {
    const piece = yield* Store.curvePoints(handle, line, after)
    yield* Effect.yieldNow
    if (piece.length === 0) break
    pieces.push(piece)
    after = piece.at(-1)![0]
  }
  const points = pieces.flat()
  return {
    steps: Float64Array.from(points, ([step]) => step),
    values: Float64Array.from(points, ([, value]) => value ?? NaN)
  }
})

/** What of a curve lies up to a step, which is included. */
const upTo = ({ steps, values }: CurvePoints, last: number): CurvePoints => {
  const count = steps.findLastIndex((step) => step <= last) + 1
  return { steps: steps.subarray(0, count), values: values.subarray(0, count) }
}

/**
 * The curves of one name in experiments, up to step `to`: in the order asked for, then in table order and by seed. Steps and values
 * are of one length each; a value that is not finite is NaN. Curves of stages that are done are taken from `memory` where they are
 * there, and left in it. Fails with `NotFound`.
 */
export const curves = Effect.fn("Workspace.curves")(function*(
  workspace: Workspace,
  experiments: ReadonlyArray<string>,
  name: Store.CurveName,
  to: number,
  memory: CurveMemory
) {
  const handle = yield* open(workspace)
  const found = yield* Effect.forEach(experiments, (experiment) => experimentCalled(handle, experiment))
  const lines = yield* Store.curveLines(handle, experiments, name)
  const read = new Map<string, CurvePoints>()
  const all = yield* Effect.forEach(lines, (line) =>
    Effect.gen(function*() {
      const { done, key, part, scope, stage } = line
      const place = JSON.stringify([done ?? stage, key, scope, part])
      const points = read.get(place) ?? (done === null ? undefined : memory.get(place)) ?? (yield* pointsOf(handle, line))
      read.set(place, points)
      if (done !== null) memory.keep(place, points)
      return { ...line, cell: JSON.parse(line.cell) as { readonly [axis: string]: string }, ...upTo(points, to) }
    }))
  return { experiments: found.map(shapeOf), curves: all }
}, Effect.scoped)
