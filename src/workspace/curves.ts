/** The curves of experiments, read a piece at a time so that others have their turn between the pieces. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** An experiment with its axes and the rows of its table. */
const shapeOf = ({ name, variants }: Effect.Success<ReturnType<typeof experimentCalled>>) => ({
  name,
  axes: [...new Set(variants.flatMap(({ cell }) => Object.keys(cell)))],
  variants: variants.map(({ name, role }) => ({ name, role }))
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

/** The points of a curve up to a step, which is included. */
const pointsOf = Effect.fnUntraced(function*(handle: Store.Handle, line: Store.CurveLine, to: number) {
  const pieces: Array<ReadonlyArray<Store.CurvePoint>> = []
  for (let after = -1; after < Math.min(to, line.lastStep);) {
    const piece = yield* Store.curvePoints(handle, line, after, to)
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

/**
 * The curves of one name in experiments, up to step `to`: in the order asked for, then in table order and by seed. Steps and values
 * are of one length each; a value that is not finite is NaN. Fails with `NotFound`.
 */
export const curves = Effect.fn("Workspace.curves")(function*(
  workspace: Workspace,
  experiments: ReadonlyArray<string>,
  name: Store.CurveName,
  to: number
) {
  const handle = yield* open(workspace)
  const found = yield* Effect.forEach(experiments, (experiment) => experimentCalled(handle, experiment))
  const lines = yield* Store.curveLines(handle, experiments, name)
  const read = new Map<string, Effect.Success<ReturnType<typeof pointsOf>>>()
  const all = yield* Effect.forEach(lines, (line) =>
    Effect.gen(function*() {
      const place = JSON.stringify([line.stage, line.key, line.scope, line.part])
      const points = read.get(place) ?? (yield* pointsOf(handle, line, to))
      read.set(place, points)
      return { ...line, cell: JSON.parse(line.cell) as { readonly [axis: string]: string }, ...points }
    }))
  return { experiments: found.map(shapeOf), curves: all }
}, Effect.scoped)
