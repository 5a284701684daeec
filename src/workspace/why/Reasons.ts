/** Why the stages of a plan are in the state that they are in, in words. */
import * as fs from "node:fs"
import * as Effect from "effect/Effect"
import type { CodeError } from "../../pipeline/Errors.ts"
import { betweenPolicies, betweenStages, type Change } from "../../pipeline/plan/changes.ts"
import * as Fingerprint from "../../pipeline/plan/Fingerprint.ts"
import type { Plan, PlannedRun, PlannedStage } from "../../pipeline/plan/Plan.ts"
import * as Store from "../../store/index.ts"
import * as Objects from "../../store/Objects.ts"
import type { Workspace } from "../workspace.ts"
import { noted } from "./notedCodes.ts"
import * as Source from "./Source.ts"
import * as Words from "./Words.ts"

/** What stood in the places of a run before, by label, and in which experiment. */
interface Before {
  readonly experiment: string
  readonly stages: ReadonlyMap<string, Store.StageBefore>
  /** Whether a run of the place came to its end, so that a stage that stood in none was not in the study. */
  readonly ended: boolean
}

const byLabel = (rows: ReadonlyArray<Store.StageBefore>) => new Map(rows.map((row) => [row.label, row]))

/** The same run in its own experiment, or else in one of `experiments` after it, such as the study without overrides. */
const beforeOf = (handle: Store.Handle, experiments: ReadonlyArray<string>) =>
  Effect.fnUntraced(function*({ seed, variant }: PlannedRun["record"]) {
    for (const experiment of experiments) {
      const rows = yield* Store.stagesBefore(handle, experiment, variant, seed)
      if (rows.length > 0) return { experiment, stages: byLabel(rows), ended: rows.some(({ done }) => done === 1) } satisfies Before
    }
    return undefined
  })

/** What is known of codes: noted when it ran, or found now where it is in the plan. */
const knownIn = (handle: Store.Handle, plan: Plan) => {
  const found = new Map<string, Words.Known>()
  let refs: Effect.Success<ReturnType<typeof Source.refs>> | undefined
  const look = Effect.fnUntraced(function*(hash: string) {
    const known = yield* noted(handle, hash)
    if (known !== undefined) return known
    refs ??= yield* Source.refs(plan)
    const ref = refs.get(hash)
    return ref === undefined ? undefined : yield* Source.known(ref)
  })
  return Effect.fnUntraced(function*(changes: ReadonlyArray<Change>) {
    for (const { left, right, what } of changes) {
      if (what !== "code") continue
      for (const hash of [String(left), String(right)]) {
        const known = found.has(hash) ? undefined : yield* look(hash)
        if (known !== undefined) found.set(hash, known)
      }
    }
    return found as Words.Codes
  })
}

/** An execution that finished and is not taken: something of it is gone. */
const missing = (workspace: Workspace, { output, subject }: Store.StageState): string => {
  const objects = Objects.make(workspace.objects, "plan")
  const gone = [["result", output], ["weights", subject]].flatMap(([what, hash]) =>
    hash !== null && hash !== undefined && !fs.existsSync(objects.path(hash)) ? [`its ${what}, ${hash.slice(0, 12)}`] : [])
  return gone.length > 0 ? `artifact missing: ${gone.join(", and ")}` : "artifact altered: it is not what was stored"
}

const unfinished = (workspace: Workspace, state: Store.StageState): string => {
  if (state.status === "done") return missing(workspace, state)
  if (state.status === "running") return "stopped before its first checkpoint"
  return `failed: ${state.error?.split("\n")[0] ?? "unknown"}`
}

const forced = ({ stages }: PlannedRun, { inputs }: PlannedStage): string => {
  const before = stages.find((other) => other.forced && inputs.some(({ fingerprint }) => fingerprint === other.fingerprint))
  return before === undefined ? "as --force asks" : `as \`${before.label}\` before it runs again`
}

/** The part of a pre-image that is not what earlier stages hand on; canonical JSON has its keys in order. */
const ownPart = (preimage: string): string => preimage.slice(preimage.indexOf("\"node\":"))

/** The reasons of all stages of a run, in their order. */
export type Reason = (run: PlannedRun) => Effect.Effect<ReadonlyArray<string>, Store.StoreError | CodeError>

/** The reason of a status that tells it itself. `gone`: executions that are taken for finished though their files are gone. */
export const known = ({ fingerprint, status }: PlannedStage, gone: ReadonlySet<string> = new Set()): string | undefined => {
  switch (status._tag) {
    case "finished":
      return gone.has(fingerprint) ? "though its files are gone, as nothing that is to run reads them" : "with this code, config and data"
    case "resumes":
      return `from its checkpoint after step ${status.step + 1}`
    case "shared":
      return `with ${status.variant} · seed ${status.seed}`
    case "runs":
      return undefined
  }
}

/**
 * A function from a run of a plan to the reasons of its stages. Nothing is looked up that no reason asks for. `experiments`: where what
 * ran before is looked for, the first that has the run.
 */
export const make = (
  workspace: Workspace,
  handle: Store.Handle,
  plan: Plan,
  experiments: ReadonlyArray<string>,
  gone: ReadonlySet<string> = new Set()
) => {
  const codes = knownIn(handle, plan)
  const phrases = new Map<string, string>()
  const before = beforeOf(handle, experiments)

  /** The own changes of a stage as a phrase; the same for many cells is worked out once. */
  const ownPhrase = Effect.fnUntraced(function*(left: string, right: string, label: string) {
    const key = `${label} ${ownPart(left)} ${ownPart(right)}`
    const cached = phrases.get(key)
    if (cached !== undefined) return cached
    const changes = betweenStages(left, right, label)
    const phrase = Words.phrase(changes, yield* codes(changes))
    phrases.set(key, phrase)
    return phrase
  })

  /** Which of what it reads is not what it was. */
  const upstream = Effect.fnUntraced(function*(run: PlannedRun, left: string, stage: PlannedStage) {
    const [a, b] = [Fingerprint.read(left), Fingerprint.read(stage.preimage)]
    const found: Array<string> = []
    for (const { fingerprint, role } of b?.inputs ?? []) {
      const was = a?.inputs.find((input) => input.role === role)?.fingerprint
      if (was === fingerprint) continue
      const maker = run.stages.find((other) => other.fingerprint === fingerprint)
      if (maker !== undefined) found.push(`reads \`${maker.label}\`, which changed`)
      else {
        const changes = was === undefined ? [] : betweenPolicies(yield* Store.policyBefore(handle, was), run.initial.preimage)
        found.push(Words.phrase(changes, yield* codes(changes)) || "the policy changed")
      }
    }
    return [...new Set(found)].join(", ")
  })

  const changed = Effect.fnUntraced(function*(run: PlannedRun, stage: PlannedStage, { ended, experiment, stages }: Before) {
    const there = stages.get(stage.label)
    if (there === undefined) return ended ? "new in this study" : "for the first time"
    const words = (yield* ownPhrase(there.preimage, stage.preimage, stage.label)) || (yield* upstream(run, there.preimage, stage)) ||
      "its inputs changed"
    return experiment === plan.experiment.name ? words : `${words} (in ${experiment})`
  })

  const ofStage = Effect.fnUntraced(function*(run: PlannedRun, stage: PlannedStage, there: Effect.Effect<Before | undefined, Store.StoreError>) {
    const told = known(stage, gone) ?? (stage.forced ? forced(run, stage) : undefined)
    if (told !== undefined) return told
    const state = yield* Store.stageState(handle, stage.fingerprint)
    if (state !== undefined) return unfinished(workspace, state)
    const before = yield* there
    return before === undefined ? "for the first time" : yield* changed(run, stage, before)
  })

  const reason: Reason = (run) =>
    Effect.gen(function*() {
      const there = yield* Effect.cached(before(run.record))
      return yield* Effect.forEach(run.stages, (stage) => ofStage(run, stage, there))
    })
  return reason
}
