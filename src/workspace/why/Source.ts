/** The code behind the nodes of a plan: noted when the plan is executed, so that a later change of it can be told in words. */
import * as Effect from "effect/Effect"
import manifest from "../../../package.json" with { type: "json" }
import { type CodeRef, type Node, partsOf } from "../../pipeline/declare/Node.ts"
import * as CodeHash from "../../pipeline/plan/CodeHash.ts"
import * as Outline from "../../pipeline/plan/Outline.ts"
import type { Plan } from "../../pipeline/plan/Plan.ts"
import * as Store from "../../store/index.ts"
import type { Workspace } from "../workspace.ts"
import type { Known } from "./Words.ts"

const refsOf = (node: Node): ReadonlyArray<CodeRef> => [node.code, ...partsOf(node).flatMap(refsOf)]

/** Where the code of a plan's nodes lies, by its hash. */
export const refs = Effect.fnUntraced(function*({ runs }: Plan) {
  const nodes = new Set<Node>(runs.flatMap(({ policy, stages }) => [policy, ...stages.map(({ stage }) => stage)]))
  const all = new Set([...nodes].flatMap(refsOf))
  const found = yield* Effect.forEach(all, (ref) => Effect.map(CodeHash.ofProcess(ref), ({ hash }) => [hash, ref] as const))
  return new Map(found)
})

/** What some code is made of now. */
export const known = (ref: CodeRef): Effect.Effect<Known, Effect.Error<ReturnType<typeof Outline.of>>> =>
  Effect.map(Outline.of(ref), (outline) => ({ assay: manifest.version, outline }))

/** Notes what the code and policies of a plan are made of, where the database does not know it yet. */
export const note = Effect.fnUntraced(function*({ db, objects }: Workspace, handle: Store.Handle, plan: Plan) {
  const before = yield* Store.knownCode(handle)
  const fresh = [...yield* refs(plan)].filter(([hash]) => !before.has(hash))
  const codes = yield* Effect.forEach(fresh, ([hash, ref]) =>
    Effect.map(known(ref), ({ assay, outline }) => ({ hash, assay, outline: JSON.stringify(outline) })))
  const policies = new Map(plan.runs.map(({ initial }) => [initial.hash, initial.preimage]))
  const missing = yield* Effect.filter(policies, ([fingerprint]) =>
    Effect.map(Store.policyBefore(handle, fingerprint), (found) => found === undefined))
  yield* Store.noteSources({ file: db, objects }, {
    codes,
    policies: missing.map(([fingerprint, preimage]) => ({ fingerprint, preimage }))
  })
})
