/** What tells two runs apart, as sections of text. */
import type { Json } from "../../pipeline/json.ts"
import { visible } from "../../report/visible.ts"
import * as Workspace from "../../workspace/index.ts"
import { grid } from "../grid.ts"

/** A value of both; undefined where one lacks it. */
export type Difference = Workspace.RunDifference["params"][number]

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

/** Lines below a title, after an empty one; nothing where there are no rows. */
export const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : ["", title, grid(rows.map((row) => ["", ...row]))]

export const values = (title: string, all: ReadonlyArray<Difference>): ReadonlyArray<string> =>
  section(title, all.map((one) => [visible(one.path), ...sides(one)]))

/** How much more the second is, where both are numbers. */
const change = ({ left, right }: Difference): string =>
  typeof left === "number" && typeof right === "number" ? `${right > left ? "+" : ""}${Number((right - left).toPrecision(4))}` : ""

const number = (value: Json | undefined): string =>
  value === undefined ? "-" : value === null ? "not a number" : String(Number(Number(value).toPrecision(6)))

export const numbers = (title: string, all: ReadonlyArray<Difference>): ReadonlyArray<string> =>
  section(title, all.map((one) => [visible(one.path), number(one.left), number(one.right), change(one)]))

/** Of each stage what changed in its code and data; `more` rows come first. */
export const codes = (
  title: string,
  all: ReadonlyArray<Workspace.CodeDifference>,
  more: ReadonlyArray<ReadonlyArray<string>> = []
): ReadonlyArray<string> => section(title, [...more, ...all.flatMap(({ label, words }) => words.map((word) => [visible(label), visible(word)]))])

export const json = (all: ReadonlyArray<Difference>) => all.map(({ left, path, right }) => ({ path, left: left ?? null, right: right ?? null }))
