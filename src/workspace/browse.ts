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

/** A run that leads to a completion, by the label that its stage has there. */
export type SampleRun = Pick<Store.StagePlace, "run" | "variant" | "seed" | "label" | "kind">

/** A completion as a list shows it, with the current runs that lead to it. */
export interface SampleInRuns extends Store.ListedSample {
  readonly runs: ReadonlyArray<SampleRun>
}

/** The runs of an execution; those of one experiment, where one is named. */
const runsOf = (handle: Store.Handle, execution: number, experiment: string | undefined) =>
  Effect.map(Store.runsOfExecution(handle, execution), (runs) => runs.filter((run) => experiment === undefined || run.experiment === experiment))

/** The same of many executions, each looked for once. */
const runsBy = Effect.fnUntraced(function*(handle: Store.Handle, executions: ReadonlyArray<number>, experiment: string | undefined) {
  const each = [...new Set(executions)]
  const found = yield* Effect.forEach(each, (execution) => runsOf(handle, execution, experiment))
  return new Map(each.map((execution, i) => [execution, found[i]!]))
})

const inRuns = Effect.fnUntraced(function*(handle: Store.Handle, samples: ReadonlyArray<Store.ListedSample>, experiment: string | undefined) {
  const runs = yield* runsBy(handle, samples.map(({ execution }) => execution), experiment)
  return samples.map((sample): SampleInRuns => ({ ...sample, runs: runs.get(sample.execution) ?? [] }))
})

/** A page of completions, as a list shows them. Fails with `NotFound` for an experiment that is not there. */
export const samplePage = Effect.fn("Workspace.samplePage")(function*(workspace: Workspace, filter: Store.Filter, paging: Store.Paging) {
  const handle = yield* open(workspace)
  yield* experimentCalled(handle, filter.experiment)
  const { found, ...page } = yield* Store.samplePage(handle, filter, paging)
  return { ...page, samples: yield* inRuns(handle, yield* Store.listedSamples(handle, found.map(({ id }) => id)), filter.experiment) }
}, Effect.scoped)

const noSample = (id: number): NotFound =>
  new NotFound({ message: `There is no sample ${id}. A run that was made again has samples of other numbers.` })

/** Answers to the same example that are named, at most: of each kind. */
const named = 200

/**
 * A completion whole, with the runs that lead to it (those of one experiment, where one is named), and where the same example was answered at other steps and in other runs of its
 * experiment. Fails with `NotFound`.
 */
export const sample = Effect.fn("Workspace.sample")(function*(workspace: Workspace, id: number, experiment?: string) {
  const handle = yield* open(workspace)
  const found = yield* Store.wholeSample(handle, id)
  if (found === undefined) return yield* noSample(id)
  const runs = yield* runsOf(handle, found.execution, experiment)
  const [own] = runs
  const others = own === undefined ? [] : yield* Store.stagesIn(handle, { experiment: own.experiment, stage: own.label })
  const same = yield* Store.sameExample(handle, found, others.map(({ execution }) => execution), named)
  const elsewhere = yield* runsBy(handle, [...same.runs, ...same.steps].map(({ execution }) => execution), own?.experiment)
  const withRuns = (places: typeof same.runs) => places.map((place) => ({ ...place, runs: elsewhere.get(place.execution) ?? [] }))
  return { ...found, runs, experiment: own?.experiment ?? null, otherRuns: withRuns(same.runs), otherSteps: withRuns(same.steps) }
}, Effect.scoped)

/** The same examples at two places, each with the steps at which there are any. */
export const samplePairs = Effect.fn("Workspace.samplePairs")(function*(
  workspace: Workspace,
  left: Store.SampleStep,
  right: Store.SampleStep,
  asked: Store.PairsAsked,
  experiment?: string
) {
  const handle = yield* open(workspace)
  const side = Effect.fnUntraced(function*(place: Store.SampleStep) {
    return { place, steps: yield* Store.sampleSteps(handle, place), runs: yield* runsOf(handle, place.execution, experiment) }
  })
  const pairs = yield* Store.samplePairs(handle, left, right, asked)
  const samples = yield* inRuns(handle, yield* Store.listedSamples(handle, pairs.found.flatMap(({ left, right }) => [left, right])), experiment)
  const listed = new Map(samples.map((sample) => [sample.id, sample]))
  const found = pairs.found.map(({ change, left, right }) => ({ change, left: listed.get(left)!, right: listed.get(right)! }))
  return { ...pairs, found, left: yield* side(left), right: yield* side(right) }
}, Effect.scoped)

/** What the picture of a completion is stored as; null for one without. Fails with `NotFound`. */
export const sampleImage = Effect.fn("Workspace.sampleImage")(function*(workspace: Workspace, id: number) {
  const handle = yield* open(workspace)
  const image = yield* Store.sampleImage(handle, id)
  return image === undefined ? yield* noSample(id) : image
}, Effect.scoped)
