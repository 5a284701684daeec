/** Prints what tells a stage of a run from that of another. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Change } from "../../pipeline/plan/changes.ts"
import { visible } from "../../report/visible.ts"
import { width } from "../../report/width.ts"
import * as Workspace from "../../workspace/index.ts"
import { print, printJson } from "../output.ts"

interface Options {
  readonly run: number
  readonly stage: string
  readonly other: Option.Option<number>
  readonly db: string
  readonly json: boolean
}

type Explanation = Workspace.Explanation
type Run = Explanation["left"]

const nameOf = ({ current, id, seed, variant }: Run): string => `run ${id} (${visible(variant)}, seed ${seed}${current ? "" : ", before the study changed"})`

/** Characters that are shown before and after the first that differs. */
const around = { before: 40, after: 30 }

/** Texts that are worth a look at the place where they part. */
const isText = ({ left, right, what }: Change): boolean =>
  what === "config" && typeof left === "string" && typeof right === "string" && Math.max(left.length, right.length) > 20

/** The same stretch of both texts, with a mark below the first character that differs. */
const excerpt = ({ left, right }: Change, names: readonly [string, string]): ReadonlyArray<string> => {
  const [a, b] = [String(left), String(right)]
  const at = Workspace.firstCharacter(a, b)
  const from = Math.max(0, at - around.before)
  const piece = (text: string) => `${from > 0 ? "..." : ""}${visible(text.slice(from, at + around.after))}${at + around.after < text.length ? "..." : ""}`
  const margin = Math.max(...names.map(width)) + 2
  const before = `${from > 0 ? "..." : ""}${visible(a.slice(from, at))}`
  return [
    ...[a, b].map((text, i) => `    ${names[i]!.padEnd(margin)}${piece(text)}`),
    `    ${" ".repeat(margin + width(before))}^`
  ]
}

const text = ({ changes, left, path, right, same, words }: Explanation): string => {
  const label = visible(path[0]!)
  if (same) return `${label} of ${nameOf(right)} is that of ${nameOf(left)}: the same execution, by the same fingerprint.`
  const where = path.length === 1
    ? []
    : [`${path.slice(0, -1).map(visible).join(", and ")} ${path.length === 2 ? "is" : "are"} the same but for what ${path.length === 2 ? "it reads" : "they read"}: ${visible(path.at(-1)!)} differs.`]
  const first = changes[0]
  const shown = first !== undefined && isText(first) ? excerpt(first, [`run ${left.id}`, `run ${right.id}`]) : []
  return [
    `${label} of ${nameOf(right)} is not that of ${nameOf(left)}.`,
    ...where,
    ...(words.length === 0 ? ["  What differs was not noted by the version that ran it; the fingerprints do differ."] : [`  ${visible(words[0]!)}`]),
    ...shown,
    ...words.slice(1).map((word) => `  ${visible(word)}`)
  ].join("\n")
}

const json = ({ changes, left, path, right, same, words }: Explanation) => ({
  run: right.id,
  other: left.id,
  stage: path[0]!,
  same,
  path,
  changes: changes.map(({ left, right, ...change }) => ({ ...change, left: left ?? null, right: right ?? null })),
  words
})

export const explain = Effect.fn("explain")(function*(options: Options) {
  const found = yield* Workspace.explain(Workspace.at(options.db), options.run, options.stage, Option.getOrUndefined(options.other))
  yield* options.json ? printJson(json(found)) : print(text(found))
})
