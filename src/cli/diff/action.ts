/** Prints what tells two runs apart. */
import * as Effect from "effect/Effect"
import type { Json } from "../../pipeline/json.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/index.ts"
import { grid } from "../grid.ts"
import { print, printJson } from "../output.ts"

interface Options {
  readonly run: number
  readonly other: number
  readonly db: string
  readonly json: boolean
}

type Found = Effect.Success<ReturnType<typeof Workspace.runDifference>>
type Difference = Found["params"][number]
type Codes = Effect.Success<ReturnType<typeof Workspace.codeDifference>>

/** Longest text that is shown whole, in characters. */
const whole = 48

const isLong = (value: Json | undefined): value is string => typeof value === "string" && (value.length > whole || value.includes("\n"))

const plain = (value: Json | undefined): string => value === undefined ? "-" : visible(typeof value === "string" ? value : JSON.stringify(value))

/** Both values; of long texts the stretch in which they part. */
const sides = ({ left, right }: Difference): readonly [string, string] => {
  if (!isLong(left) && !isLong(right)) return [plain(left), plain(right)]
  const [a, b] = [left, right].map((value) => typeof value === "string" ? value : "") as [string, string]
  const from = Math.max(0, Workspace.firstCharacter(a, b) - 12)
  const piece = (value: Json | undefined, text: string) =>
    value === undefined ? "-" : `${from > 0 ? "..." : ""}${visible(text.slice(from, from + whole))}${from + whole < text.length ? "..." : ""}`
  return [piece(left, a), piece(right, b)]
}

const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : ["", title, grid(rows.map((row) => ["", ...row]))]

const values = (title: string, all: ReadonlyArray<Difference>) => section(title, all.map((one) => [visible(one.path), ...sides(one)]))

/** How much more the second is, where both are numbers. */
const change = ({ left, right }: Difference): string =>
  typeof left === "number" && typeof right === "number" ? `${right > left ? "+" : ""}${Number((right - left).toPrecision(4))}` : ""

const number = (value: Json | undefined): string =>
  value === undefined ? "-" : value === null ? "not a number" : String(Number(Number(value).toPrecision(6)))

const text = ({ environment, left, metrics, params, right, stages }: Found, codes: Codes): string => {
  const name = ({ current, experimentName, id, seed, variant }: Found["left"]) =>
    `run ${id}: ${visible(experimentName)}, ${visible(variant)}, seed ${seed}${current ? "" : ", before the study changed"}`
  const only = stages.flatMap(({ label, only }) => only === undefined ? [] : [[visible(label), `only in run ${only === "left" ? left.id : right.id}`]])
  const code = codes.flatMap(({ label, words }) => words.map((word) => [visible(label), visible(word)]))
  const found = [
    ...values("environment", environment),
    ...values("config", params),
    ...section("code and data", [...only, ...code]),
    ...section("last numbers", metrics.map((one) => [visible(one.path), number(one.left), number(one.right), change(one)]))
  ]
  return [name(left), name(right), ...(found.length === 0 ? ["", "They differ in nothing."] : found)].join("\n")
}

const json = ({ environment, left, metrics, params, right, stages }: Found, codes: Codes) => {
  const both = (all: ReadonlyArray<Difference>) => all.map(({ left, path, right }) => ({ path, left: left ?? null, right: right ?? null }))
  return {
    run: left.id,
    other: right.id,
    environment: both(environment),
    config: both(params),
    onlyIn: stages.flatMap(({ label, only }) => only === undefined ? [] : [{ stage: label, run: only === "left" ? left.id : right.id }]),
    code: codes.map(({ label, words }) => ({ stage: label, words })),
    metrics: both(metrics)
  }
}

export const diff = Effect.fn("diff")(function*(options: Options) {
  const workspace = Workspace.at(options.db)
  const found = yield* Workspace.runDifference(workspace, options.run, options.other)
  const codes = yield* Workspace.codeDifference(workspace, found.left, found.right)
  yield* options.json ? printJson(json(found, codes)) : print(text(found, codes))
})
