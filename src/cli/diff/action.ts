/** Prints what tells two runs apart. */
import * as Effect from "effect/Effect"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/index.ts"
import { print, printJson } from "../output.ts"
import * as Difference from "./Difference.ts"

interface Options {
  readonly run: number
  readonly other: number
  readonly db: string
  readonly json: boolean
}

type Found = Effect.Success<ReturnType<typeof Workspace.runDifference>>
type Codes = Effect.Success<ReturnType<typeof Workspace.codeDifference>>

const text = ({ environment, left, metrics, params, right, stages }: Found, codes: Codes): string => {
  const name = ({ current, experimentName, id, seed, variant }: Found["left"]) =>
    `run ${id}: ${visible(experimentName)}, ${visible(variant)}, seed ${seed}${current ? "" : ", before the study changed"}`
  const only = stages.flatMap(({ label, only }) => only === undefined ? [] : [[visible(label), `only in run ${only === "left" ? left.id : right.id}`]])
  const found = [
    ...Difference.values("environment", environment),
    ...Difference.values("config", params),
    ...Difference.codes("code and data", codes, only),
    ...Difference.numbers("last numbers", metrics)
  ]
  return [name(left), name(right), ...(found.length === 0 ? ["", "They differ in nothing."] : found)].join("\n")
}

const json = ({ environment, left, metrics, params, right, stages }: Found, codes: Codes) => ({
  run: left.id,
  other: right.id,
  environment: Difference.json(environment),
  config: Difference.json(params),
  onlyIn: stages.flatMap(({ label, only }) => only === undefined ? [] : [{ stage: label, run: only === "left" ? left.id : right.id }]),
  code: codes.map(({ label, words }) => ({ stage: label, words })),
  metrics: Difference.json(metrics)
})

export const diff = Effect.fn("diff")(function*(options: Options) {
  const workspace = Workspace.at(options.db)
  const found = yield* Workspace.runDifference(workspace, options.run, options.other)
  const codes = yield* Workspace.codeDifference(workspace, found.left, found.right)
  yield* options.json ? printJson(json(found, codes)) : print(text(found, codes))
})
