/** Completions of an experiment as they are looked through: where there are any, a page of them, one whole, and pairs. */
import * as Effect from "effect/Effect"
import * as Store from "../store/index.ts"
import { experimentCalled, NotFound, open } from "./read.ts"
import type { Workspace } from "./workspace.ts"

/** Completions that may be chosen together: those of a stage of that label in any run, or of an evaluation nested in it. */
export interface SampleGroup {
  readonly label: string
  readonly kind: string
  readonly scope: string
  readonly completions: number
  readonly first: number
  readonly last: number
  readonly parts: ReadonlyArray<string>
}

const union = (lists: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => [...new Set(lists.flat())]

/** In the order in which a run comes by them. */
const groups = (stages: ReadonlyArray<Store.StagePlace>, extents: ReadonlyArray<Store.Extent>): ReadonlyArray<SampleGroup> => {
  const placeOf = new Map(stages.map((stage) => [stage.execution, stage]))
  const all = extents.flatMap((extent) => {
    const place = placeOf.get(extent.execution)
    return place === undefined ? [] : [{ ...extent, place }]
  }).sort((a, b) => a.place.position - b.place.position)
  return [...Map.groupBy(all, ({ place, scope }) => JSON.stringify([place.label, scope])).values()].map((same) => ({
    label: same[0]!.place.label,
    kind: same[0]!.place.kind,
    scope: same[0]!.scope,
    completions: same.reduce((sum, { completions }) => sum + completions, 0),
    first: Math.min(...same.map(({ first }) => first)),
    last: Math.max(...same.map(({ last }) => last)),
    parts: union(same.map(({ parts }) => parts))
  }))
}

/** What the completions of an experiment can be chosen by. Fails with `NotFound`. */
export const samplePlaces = Effect.fn("Workspace.samplePlaces")(function*(workspace: Workspace, experiment: string) {
  const handle = yield* open(workspace)
  const { variants } = yield* experimentCalled(handle, experiment)
  const { extents, labels, stages } = yield* Store.samplePlaces(handle, experiment)
  return { variants, stages, extents, groups: groups(stages, extents), labels }
}, Effect.scoped)

/** A page of completions, as a list shows them. Fails with `NotFound` for an experiment that is not there. */
export const samplePage = Effect.fn("Workspace.samplePage")(function*(workspace: Workspace, filter: Store.Filter, paging: Store.Paging) {
  const handle = yield* open(workspace)
  yield* experimentCalled(handle, filter.experiment)
  const { found, ...page } = yield* Store.samplePage(handle, filter, paging)
  return { ...page, samples: yield* Store.listedSamples(handle, found.map(({ id }) => id)) }
}, Effect.scoped)

const noSample = (id: number): NotFound =>
  new NotFound({ message: `There is no sample ${id}. A run that was made again has samples of other numbers.` })

/** Answers to the same example that are named, at most: of each kind. */
const named = 200

/**
 * A completion whole, with the runs that lead to it, and where the same example was answered at other steps and in other runs of its
 * experiment. Fails with `NotFound`.
 */
export const sample = Effect.fn("Workspace.sample")(function*(workspace: Workspace, id: number) {
  const handle = yield* open(workspace)
  const found = yield* Store.wholeSample(handle, id)
  if (found === undefined) return yield* noSample(id)
  const runs = yield* Store.runsOfExecution(handle, found.execution)
  const [own] = runs
  const others = own === undefined ? [] : (yield* Store.stagesIn(handle, { experiment: own.experiment, stage: own.label }))
  const same = yield* Store.sameExample(handle, found, others.map(({ execution }) => execution), named)
  return { ...found, runs, same, others }
}, Effect.scoped)

/** The same examples at two places. Fails with `NotFound` where one of them has no completions. */
export const samplePairs = Effect.fn("Workspace.samplePairs")(function*(
  workspace: Workspace,
  left: Store.SampleStep,
  right: Store.SampleStep,
  asked: Store.PairsAsked
) {
  const handle = yield* open(workspace)
  const sides = yield* Effect.forEach([left, right], (place) =>
    Effect.all({ place: Effect.succeed(place), steps: Store.sampleSteps(handle, place), runs: Store.runsOfExecution(handle, place.execution) }))
  const pairs = yield* Store.samplePairs(handle, left, right, asked)
  const listed = new Map((yield* Store.listedSamples(handle, pairs.found.flatMap(({ left, right }) => [left, right]))).map((sample) => [sample.id, sample]))
  const found = pairs.found.flatMap(({ change, left, right }) => {
    const [a, b] = [listed.get(left), listed.get(right)]
    return a === undefined || b === undefined ? [] : [{ change, left: a, right: b }]
  })
  return { ...pairs, found, left: sides[0]!, right: sides[1]! }
}, Effect.scoped)

/** What the picture of a completion is stored as; null for one without. Fails with `NotFound`. */
export const sampleImage = Effect.fn("Workspace.sampleImage")(function*(workspace: Workspace, id: number) {
  const handle = yield* open(workspace)
  const image = yield* Store.sampleImage(handle, id)
  return image === undefined ? yield* noSample(id) : image
}, Effect.scoped)
