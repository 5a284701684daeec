/** Changes of a stage in words: `config reward.threshold 0.5 -> 0.75`. */
import type { Json } from "../../pipeline/json.ts"
import type { Change } from "../../pipeline/plan/changes.ts"
import * as Outline from "../../pipeline/plan/Outline.ts"

/** What is known of some code. */
export interface Known {
  /** Version of this program that it was found by. */
  readonly assay: string
  readonly outline: Outline.Outline
}

/** What is known of codes, by their hashes. */
export type Codes = ReadonlyMap<string, Known>

/** Texts up to so many characters are said whole. */
const short = 60

const shown = (value: Json | undefined): string => {
  const text = value === undefined ? "nothing" : JSON.stringify(value)
  return text.length <= short ? text : `${text.slice(0, short)}...`
}

/** Place of the first character that two texts do not share. */
export const firstCharacter = (left: string, right: string): number => {
  const shorter = Math.min(left.length, right.length)
  for (let at = 0; at < shorter; at++) if (left[at] !== right[at]) return at
  return shorter
}

/** What two values show of themselves: long texts from a little before they part. */
const both = (left: Json | undefined, right: Json | undefined): string => {
  if (typeof left !== "string" || typeof right !== "string" || Math.max(left.length, right.length) <= short) {
    return `${shown(left)} -> ${shown(right)}`
  }
  const at = firstCharacter(left, right)
  const from = Math.max(0, at - 12)
  const piece = (text: string) => shown(`${from > 0 ? "..." : ""}${text.slice(from, at + 20)}${at + 20 < text.length ? "..." : ""}`)
  return `at character ${at + 1}: ${piece(left)} -> ${piece(right)}`
}

/** `a`, `b` and 3 more. */
const listed = (names: ReadonlyArray<string>, most = 3): string => {
  const quoted = names.slice(0, most).map((name) => `\`${name}\``)
  const more = names.length - quoted.length
  return more > 0 ? `${quoted.join(", ")} and ${more} more` : quoted.join(" and ")
}

const program = "assay:"

/** What a node's own code is called goes without "helper". */
const inModule = (module: string, changes: ReadonlyArray<Outline.Change>, own: ReadonlySet<string>): string => {
  const named = changes.filter(({ declaration }) => declaration !== "").map(({ declaration }) => declaration)
  if (named.length === 0) return `what ${module} does on loading changed`
  const helpers = named.every((name) => !own.has(name)) ? `helper${named.length === 1 ? "" : "s"} ` : ""
  return `${helpers}${listed(named)} changed in ${module}`
}

const versionsOf = (pairs: ReadonlyArray<readonly [Known, Known]>): string => {
  const [left, right] = [pairs[0]![0].assay, pairs[0]![1].assay]
  return left === right ? `assay ${right}, edited` : `assay ${left} -> ${right}`
}

/** What changed in the code of a stage and all that it holds, each declaration once. */
const ofCode = (changes: ReadonlyArray<Change>, codes: Codes): ReadonlyArray<string> => {
  const pairs = changes.flatMap(({ left, right }) => {
    const [a, b] = [codes.get(String(left)), codes.get(String(right))]
    return a === undefined || b === undefined ? [] : [[a, b] as const]
  })
  const unknown = changes.filter(({ left, right }) => !codes.has(String(left)) || !codes.has(String(right)))
  const all = pairs.flatMap(([a, b]) => Outline.changes(a.outline, b.outline))
  const once = [...new Map(all.map((one) => [`${one.module} ${one.declaration}`, one])).values()]
  const byModule = Map.groupBy(once, ({ module }) => module)
  const [ours, theirs] = [[...byModule].filter(([module]) => module.startsWith(program)), [...byModule].filter(([module]) => !module.startsWith(program))]
  const own = new Set(changes.map(({ path }) => path.slice(path.lastIndexOf(".") + 1).replace(/#\d+$/, "")))
  const inOurs = ours.map(([module, some]) => `${listed(some.map(({ declaration }) => declaration || "on loading"))} in ${module.slice(program.length)}`)
  return [
    ...theirs.map(([module, some]) => inModule(module, some, own)),
    ...(inOurs.length === 0 ? [] : [`${versionsOf(pairs)}: ${some(inOurs, 2)}`]),
    ...(once.length > 0 && unknown.length === 0 ? [] : [...new Set((once.length > 0 ? unknown : changes).map(({ path }) => `code of ${path} or of what it calls changed`))])
  ]
}

const ofOne = ({ left, path, right, what }: Change): string => {
  switch (what) {
    case "config":
      return `config ${path} ${both(left, right)}`
    case "node":
      return left === undefined ? `${path} has \`${right}\` now` : right === undefined ? `${path} has \`${left}\` no more` : `${path}: \`${left}\` -> \`${right}\``
    case "content":
      return `what ${path} reads from outside changed`
    case "package":
      return `package ${path} ${left ?? "none"} -> ${right ?? "none"}`
    case "seed":
      return `seed ${left ?? "none"} -> ${right ?? "none"}`
    case "code":
      return `code of ${path} changed` // said by `ofCode`
  }
}

const some = (words: ReadonlyArray<string>, most: number): string =>
  words.length > most ? `${words.slice(0, most).join(", ")} and ${words.length - most} more` : words.join(", ")

/** Every change in words, those of code together; each once. */
export const each = (changes: ReadonlyArray<Change>, codes: Codes): ReadonlyArray<string> => {
  const code = changes.filter(({ what }) => what === "code")
  const words = changes.filter(({ what }) => what !== "code").map(ofOne)
  return [...new Set([...words, ...(code.length === 0 ? [] : ofCode(code, codes))])]
}

/** Changes as one phrase: three of them, and how many more. */
export const phrase = (changes: ReadonlyArray<Change>, codes: Codes): string => some(each(changes, codes), 3)
