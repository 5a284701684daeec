/** Stored answers of an evaluation as its task measures them, so that they can be measured on any of their examples. */
import * as Effect from "effect/Effect"
import * as Replay from "../../evaluate/Replay.ts"
import { InvalidExperiment } from "../../pipeline/Errors.ts"
import { type Any, isStage } from "../../pipeline/declare/Stage.ts"
import * as Store from "../../store/index.ts"
import type { AnyTask } from "../../task/Task.ts"
import { open } from "../read.ts"
import type { Workspace } from "../workspace.ts"
import { again } from "./evaluation.ts"
import { type Stored, storedStages } from "./stored.ts"

/** A run's answers. */
export interface Answers {
  readonly variant: string
  readonly role: "variant" | "baseline" | "reference"
  readonly seed: number
  /** Ids of the examples, in order. */
  readonly examples: ReadonlyArray<string>
  /** Metrics by name on the examples at these places, each as often as it comes. */
  readonly measure: (places: ReadonlyArray<number>) => ReadonlyMap<string, number>
}

type Measure = (answers: ReadonlyArray<unknown>, dataset: unknown, options: unknown) => ReadonlyArray<readonly [name: string, value: number]>

/** The evaluation with a task that hands out what it is to measure. */
const listening = (stage: Any, listen: (...given: Parameters<Measure>) => void): Any => {
  const task = stage.parts["task"] as AnyTask
  const measure: Measure = (...given) => {
    listen(...given)
    return []
  }
  const heard = { ...task, evaluation: { ...task.evaluation, measure } }
  return stage.rebuild(stage.config, { ...stage.parts, task: heard }) as Any // a stage rebuilds to a stage
}

const answersOf = Effect.fnUntraced(function*(handle: Store.Handle, stage: Any, stored: Stored, generated: string) {
  const { asking, key, recorded, runs } = stored
  const samples = yield* Store.recordedSamples(handle, { stage: recorded.stage, scope: "", step: 0 })
  let heard: Parameters<Measure> | undefined
  yield* again(listening(stage, (...given) => heard = given), samples, asking, key, generated)
  const [answers, dataset, options] = heard ?? [[], undefined, undefined]
  const measure = (stage.parts["task"] as AnyTask).evaluation.measure as unknown as Measure
  const examples = samples.map(({ example }) => example)
  return runs.map(({ role, seed, variant }): Answers => ({
    variant,
    role,
    seed,
    examples,
    measure: (places) => new Map(measure(places.map((place) => answers[place]), dataset, options))
  }))
})

/**
 * The answers of every finished run to the evaluation of a scope, judged again as `verify` does. Fails as it does, and with
 * `InvalidExperiment` where the evaluation is no task's, or is nested in a loop.
 */
export const answers = Effect.fn("Workspace.answers")(function*(workspace: Workspace, name: string, scope: string, file?: string) {
  const handle = yield* open(workspace)
  const found = (yield* storedStages(handle, name, file)).filter(({ recorded }) => recorded.label === scope)
  const all = yield* Effect.forEach(found, (stored) => {
    const { node } = stored
    if (typeof node !== "string" && isStage(node) && "task" in node.parts && Replay.suffices(node)) {
      return answersOf(handle, node, stored, workspace.generated)
    }
    const why = typeof node === "string" ? node : "it is no evaluation of a task"
    return Effect.fail(new InvalidExperiment({ experiment: name, message: `${name}: ${scope} cannot be judged again: ${why}.` }))
  })
  if (all.length > 0) return all.flat()
  return yield* new InvalidExperiment({
    experiment: name,
    message: `${name}: no finished run has an evaluation called ${scope} at its end.`
  })
}, Effect.scoped)
