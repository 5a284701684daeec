/** Why a stage of a run is not that of another run: the first thing that differs, wherever before it that is. */
import * as Effect from "effect/Effect"
import { between, betweenPolicies, type Change } from "../../pipeline/plan/changes.ts"
import * as Fingerprint from "../../pipeline/plan/Fingerprint.ts"
import { unknownName } from "../../pipeline/near.ts"
import * as Store from "../../store/index.ts"
import { NotFound, open, runById } from "../read.ts"
import type { Workspace } from "../workspace.ts"
import { notedCodes } from "./notedCodes.ts"
import * as Words from "./Words.ts"

type Run = Effect.Success<ReturnType<typeof runById>>
type Stage = Run["stages"][number]

/** What tells two executions apart, in the order in which it is said. */
export interface Explanation {
  readonly left: Run
  readonly right: Run
  /** From the stage that was asked about, up to where the difference is: a stage by its label, or `policy`. Alone where it is its own. */
  readonly path: ReadonlyArray<string>
  /** None where it is the same execution, or only what is known of it is. */
  readonly changes: ReadonlyArray<Change>
  readonly words: ReadonlyArray<string>
  /** Whether both runs rest on the same execution. */
  readonly same: boolean
}

const stageCalled = (run: Run, label: string): Effect.Effect<Stage, NotFound> => {
  const found = run.stages.find((stage) => stage.label === label)
  if (found !== undefined) return Effect.succeed(found)
  const known = run.stages.map((stage) => stage.label)
  return Effect.fail(new NotFound({ message: `Run ${run.id}: ${unknownName("stage", label, known, "It has begun none yet.")}` }))
}

interface Found {
  readonly path: ReadonlyArray<string>
  readonly changes: ReadonlyArray<Change>
}

/** Goes up from a stage whose own state is the same to what it reads, until something differs of itself. */
const search = (handle: Store.Handle, runs: readonly [left: Run, right: Run], stages: readonly [Stage, Stage]): Effect.Effect<Found, Store.StoreError> =>
  Effect.gen(function*() {
    const label = stages[1].label
    const [left, right] = stages.map(({ preimage }) => Fingerprint.read(preimage)) as [Fingerprint.Preimage | undefined, Fingerprint.Preimage | undefined]
    if (left === undefined || right === undefined) return { path: [label], changes: [] }
    const changes = between(left, right, label)
    if (changes.length > 0) return { path: [label], changes }
    for (const { fingerprint, role } of right.inputs) {
      const was = left.inputs.find((input) => input.role === role)?.fingerprint
      if (was === undefined || was === fingerprint) continue
      const [a, b] = [runs[0].stages.find((one) => one.fingerprint === was), runs[1].stages.find((one) => one.fingerprint === fingerprint)]
      const up: Found = a !== undefined && b !== undefined
        ? yield* search(handle, runs, [a, b])
        : { path: ["policy"], changes: betweenPolicies(yield* Store.policyBefore(handle, was), yield* Store.policyBefore(handle, fingerprint)) }
      return { ...up, path: [label, ...up.path] }
    }
    return { path: [label], changes: [] }
  })

/** Earlier runs to hold one against, the nearest first: of its own row and seed, else of the table's first row under its seed. */
const candidates = (handle: Store.Handle, run: Run) =>
  Effect.map(Store.runTable(handle, run.experimentName), (rows) => {
    const own = rows.filter((row) => row.variant === run.variant && row.seed === run.seed && row.run < run.id)
    const others = rows.filter((row) => row.current === 1 && row.seed === run.seed && row.role === "baseline" && row.run !== run.id)
    return [...own, ...others].map((row) => row.run)
  })

const otherOf = Effect.fnUntraced(function*(workspace: Workspace, handle: Store.Handle, run: Run, label: string) {
  let same: Run | undefined
  const mine = yield* stageCalled(run, label)
  for (const id of yield* candidates(handle, run)) {
    const other = yield* runById(workspace, id)
    const there = other.stages.find((stage) => stage.label === label)
    if (there !== undefined && there.fingerprint !== mine.fingerprint) return other
    if (there !== undefined) same ??= other
  }
  if (same !== undefined) return same
  return yield* new NotFound({
    message: `No earlier run of ${run.variant} under seed ${run.seed} has a stage "${label}" to hold this one against. Name a run: ` +
      `\`assay explain ${run.id} ${label} OTHER\`; \`assay list\` has their numbers.`
  })
})

/**
 * Why the stage of a run is another execution than that of run `other`; without one, than that of the run before it in its place, or of
 * the baseline. Fails with `NotFound`.
 */
export const explain = Effect.fn("Workspace.explain")(function*(workspace: Workspace, id: number, label: string, other?: number) {
  const handle = yield* open(workspace)
  const right = yield* runById(workspace, id)
  const left = other === undefined ? yield* otherOf(workspace, handle, right, label) : yield* runById(workspace, other)
  const stages = [yield* stageCalled(left, label), yield* stageCalled(right, label)] as const
  const same = stages[0].fingerprint === stages[1].fingerprint
  const { changes, path } = same ? { changes: [], path: [label] } : yield* search(handle, [left, right], stages)
  const words = Words.each(changes, yield* notedCodes([handle], changes))
  return { left, right, path, changes, words, same } satisfies Explanation
}, Effect.scoped)
