/** Values of flags. Every function throws an `Error` that says what was expected. */
import type { Json } from "../pipeline/json.ts"

/** The value of `--set`: JSON where it is JSON (numbers, true, null, lists), else the text as it stands. */
const value = (text: string): Json => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

const split = (text: string, shape: string): readonly [string, string] => {
  const at = text.indexOf("=")
  if (at < 1) throw new Error(shape)
  return [text.slice(0, at).trim(), text.slice(at + 1)]
}

/** Reads `path=value`. Throws an `Error` that says what was expected. */
export const assignment = (text: string): { readonly path: string; readonly value: Json } => {
  const [path, rest] = split(text, "path=value, for example grpo.learningRate=1e-4")
  return { path, value: value(rest) }
}

/** Reads `axis=label`. Throws an `Error` that says what was expected. */
export const choice = (text: string): { readonly axis: string; readonly label: string } => {
  const [axis, label] = split(text, "axis=label, for example reward=AP")
  return { axis, label: label.trim() }
}

/** Reads `name=number`. Throws an `Error` that says what was expected. */
export const least = (text: string): { readonly name: string; readonly value: number } => {
  const [name, rest] = split(text, "name=number, for example mAP=0.3")
  const number = Number(rest)
  if (rest.trim() === "" || !Number.isFinite(number)) throw new Error("name=number, for example mAP=0.3")
  return { name, value: number }
}

const bytesIn: { readonly [unit: string]: number } = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** Reads `name=amount`, the amount with a unit of bytes where it has one. Throws an `Error` that says what was expected. */
export const amount = (text: string): { readonly name: string; readonly amount: number } => {
  const shape = "name=amount, for example gpu=1 or memory=16GB"
  const [name, rest] = split(text, shape)
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(kB|MB|GB|TB)?$/.exec(rest.trim()) ?? []
  if (number === undefined) throw new Error(shape)
  return { name, amount: Number(number) * (unit === undefined ? 1 : bytesIn[unit]!) }
}

const largestCount = 10_000

/**
 * Reads seeds: `3` is the first three (0, 1, 2, as in a study file), `0..4` a range with both ends, `0,2` a list.
 *
 * Throws an `Error` that says what was expected.
 */
export const seeds = (text: string): ReadonlyArray<number> => {
  const wrong = new Error("a number of seeds (3), a range (0..4) or a list (0,2)")
  const whole = (part: string): number => {
    if (!/^\d{1,15}$/.test(part.trim())) throw wrong
    return Number(part)
  }
  const range = /^(\d+)\.\.(\d+)$/.exec(text.trim())
  const found = range !== null
    ? { first: whole(range[1]!), count: whole(range[2]!) - whole(range[1]!) + 1 }
    : text.includes(",")
    ? text.split(",").filter((part) => part.trim() !== "").map(whole)
    : { first: 0, count: whole(text) }
  if ("length" in found) {
    if (found.length === 0) throw wrong
    return [...new Set(found)]
  }
  if (found.count < 1 || found.count > largestCount) throw wrong
  return Array.from({ length: found.count }, (_, i) => found.first + i)
}

export interface Setting {
  readonly key: string
  readonly value: Json
}

/**
 * Reads `key=value`: a list or an object in JSON as such, anything else as it stands, since a folder may be called 2017. Throws an `Error`
 * that says what was expected.
 */
export const setting = (text: string): Setting => {
  const [key, rest] = split(text, "key=value, for example images=val2017")
  const read = value(rest)
  return { key, value: typeof read === "object" && read !== null ? read : rest }
}
