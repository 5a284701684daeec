/** The completions of one place, a step of a stage or of an evaluation nested in it, judged again. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Replay from "../../evaluate/Replay.ts"
import { type Node, partsOf } from "../../pipeline/declare/Node.ts"
import { labels } from "../../pipeline/declare/Paths.ts"
import { isStage } from "../../pipeline/declare/Stage.ts"
import { exitCodeOf, exits } from "../../pipeline/Errors.ts"
import * as Random from "../../pipeline/Random.ts"
import { messageOf } from "../../pipeline/reason.ts"
import type * as Store from "../../store/index.ts"
import { derivedIn } from "../importLogs/records.ts"
import { looksUp } from "../../task/lookUp.ts"
import { again, compareRewards, compareSample } from "./evaluation.ts"
import { membersOf } from "./groups.ts"
import { scored, scoringOf } from "./scoring.ts"
import type { Stored } from "./stored.ts"
import type { Tally } from "./tally.ts"

/** Metrics that came out, and what was judged. */
interface Judged {
  readonly of: "evaluations" | "steps"
  readonly metrics: ReadonlyArray<readonly [name: string, value: number]>
}

export const placeOf = ({ label, seed, variant }: Pick<Store.Recorded, "label" | "seed" | "variant">): string =>
  `${variant} · seed ${seed}, ${label}`

/** The evaluation of a place: the stage itself, the one of a group, or the one of that scope nested in its body; with its key. */
const evaluationOf = (stored: Stored, node: Node, { scope, step }: Store.Place) => {
  if (scope === "") return { node, key: stored.key }
  const member = membersOf(node).get(scope)
  if (member !== undefined) return { node: member, key: stored.key }
  const body = partsOf(node)
  const index = body.findIndex(({ name, parts }) => name === "every" && (parts["stage"] as Node | undefined)?.label === scope)
  const found = body[index]?.parts["stage"] as Node | undefined
  return found && { node: found, key: Random.fold(Random.fold(stored.key, "step", step), labels(body)[index]!) }
}

const judgedEvaluation = Effect.fnUntraced(function*(
  stored: Stored,
  place: Store.Place,
  samples: ReadonlyArray<Store.RecordedSample>,
  node: Node,
  generated: string
) {
  const found = evaluationOf(stored, node, place)
  if (found === undefined) return "the study's loop has no evaluation of that name by now"
  if (!isStage(found.node) || !Replay.suffices(found.node)) return "it asks more of the policy than answers"
  const exit = yield* Effect.exit(again(found.node, samples, stored.asking, found.key, generated))
  return Exit.isSuccess(exit) ? exit.value : { failed: Cause.squash(exit.cause), message: messageOf(exit.cause) }
})

const rewardsOf = ({ rewards }: Store.RecordedSample) =>
  ({ rewards: Object.fromEntries(rewards.flatMap(({ part, value }) => value === null ? [] : [[part, value]])) })

/**
 * Judges the completions of a place again and compares them with `tally`, which is told why where that cannot be done; then
 * the result is undefined.
 */
export const judgedPlace = Effect.fnUntraced(function*(
  stored: Stored,
  place: Store.Place,
  samples: ReadonlyArray<Store.RecordedSample>,
  generated: string,
  tally: Tally
): Effect.fn.Return<Judged | undefined> {
  const { node, recorded } = stored
  const what = place.scope === "" ? recorded.label : place.scope
  const where = `${placeOf(recorded)}${place.scope === "" ? "" : `, ${place.scope}`}, step ${place.step}`
  const leave = (why: string) => {
    tally.leave(`completions of ${what}`, samples.length, why)
    return undefined
  }
  if (stored.derived !== undefined && typeof node === "string") {
    tally.leave(`rewards of ${what}`, samples.reduce((sum, { rewards }) => sum + rewards.length, 0), node)
    return { of: "steps", metrics: derivedIn(stored.derived, samples.map(rewardsOf)) }
  }
  if (typeof node === "string") return leave(node)
  if (place.scope === "" && node.kind !== "evaluate") {
    const scoring = scoringOf(node)
    if (scoring === undefined) return leave("it has no stage that scores texts by one reward")
    if (looksUp([scoring.reward])) return leave("its reward looks something up first")
    const found = scored(scoring, node, place.step, samples)
    if (found === undefined) return leave("its reward reads the question, which is not stored")
    const { metrics, scores } = found
    const boxes = samples.reduce((sum, sample) => sum + sample.boxes.length, 0)
    if (boxes > 0) tally.leave(`boxes of ${what}`, 4 * boxes, "rewards read the texts, and these are kept for pictures")
    samples.forEach((sample, i) => compareRewards(tally, () => `${where}, answer ${sample.ordinal}`, sample, scores[i]!.parts))
    return { of: "steps", metrics: scoring.once ? metrics : [] }
  }
  const now = yield* judgedEvaluation(stored, place, samples, node, generated)
  if (typeof now === "string") return leave(now)
  if ("failed" in now) {
    if (exitCodeOf(now.failed) !== exits.mismatch) return leave(now.message)
    tally.compare(() => `${where}, the questions asked`, `${samples.length} answered`, now.message)
    return undefined
  }
  samples.forEach((sample, i) => compareSample(tally, () => `${where}, answer ${sample.ordinal}`, sample, now.samples[i]))
  return { of: "evaluations", metrics: now.metrics.filter(({ scope }) => scope === "").map(({ name, value }) => [name, value] as const) }
})
