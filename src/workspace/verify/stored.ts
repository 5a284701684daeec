/** The stages of an experiment's finished runs, each with the node of the study that it was. */
import * as Effect from "effect/Effect"
import type { Experiment } from "../../pipeline/declare/Experiment.ts"
import type { Node } from "../../pipeline/declare/Node.ts"
import { labels } from "../../pipeline/declare/Paths.ts"
import { InvalidExperiment } from "../../pipeline/Errors.ts"
import * as Fingerprint from "../../pipeline/plan/Fingerprint.ts"
import * as Random from "../../pipeline/Random.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import * as Store from "../../store/index.ts"
import { isOf, loadStudyOf } from "../loadStudy.ts"
import { promptBefore, taskOf } from "../promptBefore.ts"
import type { Derived } from "../importLogs/records.ts"
import { isImported } from "../importLogs/origin.ts"
import { experimentCalled } from "../read.ts"
import { restored } from "./restored.ts"

/** A stage execution, with the runs that have it, the first of them in table order apart. */
export interface Stored {
  readonly recorded: Store.Recorded
  readonly runs: ReadonlyArray<Store.Recorded>
  /** The study's code as it is now with the config that was stored; or why there is none. */
  readonly node: Node | string
  /** Of an imported stage, the numbers that were derived from its completions when it was imported. */
  readonly derived?: Derived
  /** What an evaluation asks by, as far as its own config does not say. */
  readonly asking: { readonly task: string; readonly template: unknown }
  /** The random key that it ran under. */
  readonly key: Random.Key
}

const nodeOf = (experiment: Experiment | undefined, { label, variant }: Store.Recorded, preimage: Fingerprint.Preimage | undefined): Node | string => {
  if (preimage === undefined) return "an older version of this program stored it"
  if (experiment === undefined) return "another program made it, by code that is not here"
  const stages = experiment.variants.find(({ name }) => name === variant)?.pipeline.stages ?? []
  const now = stages[labels(stages).indexOf(label)]
  if (now === undefined) return `the study has no stage ${label} of ${variant} by now`
  try {
    return restored(now, preimage.node)
  } catch (cause) {
    return reasonOf(cause)
  }
}

const askingOf = (prompt: Fingerprint.Preimage["node"] | undefined): Stored["asking"] =>
  ({ task: prompt === undefined ? "" : taskOf(prompt) ?? "", template: prompt?.config ?? {} })

const keyOf = (random: Fingerprint.Preimage["random"]): Random.Key =>
  random === undefined ? Random.key(0) : Random.fold(Random.key(random.seed), random.stream)

/** The study of a file, or of the one that was stored. */
const studyOf = Effect.fnUntraced(function*(name: string, file: string) {
  const { experiment } = yield* loadStudyOf(name, file)
  if (isOf(name, experiment.name)) return experiment
  const message = `${file} declares the study ${experiment.name}, not ${name}. Name its file with --file.`
  return yield* new InvalidExperiment({ experiment: name, message })
})

/**
 * Every stage execution of an experiment's finished runs once, in table order. `file` declares the study, where it is no longer
 * where it ran.
 *
 * Fails with `NotFound`, `StudyError`, `StoreError`, and with `InvalidExperiment` where the file declares another study.
 */
export const storedStages = Effect.fnUntraced(function*(handle: Store.Handle, name: string, file: string | undefined) {
  const known = yield* experimentCalled(handle, name)
  const experiment = isImported(known) ? undefined : yield* studyOf(name, file ?? known.file)
  const all = yield* Store.recorded(handle, name)
  const preimages = new Map(all.flatMap(({ fingerprint, preimage }) => {
    const found = Fingerprint.read(preimage)
    return found === undefined ? [] : [[fingerprint, found] as const]
  }))
  return [...Map.groupBy(all, ({ stage }) => stage).values()].map((runs): Stored => {
    const recorded = runs[0]!
    const preimage = preimages.get(recorded.fingerprint)
    const prompt = preimage === undefined ? undefined : promptBefore(preimage, preimages)
    const node = nodeOf(experiment, recorded, preimage)
    const derived = experiment === undefined ? { derived: (preimage?.node.config["derived"] ?? {}) as Derived } : {}
    return { recorded, runs, node, ...derived, asking: askingOf(prompt), key: keyOf(preimage?.random) }
  })
})
