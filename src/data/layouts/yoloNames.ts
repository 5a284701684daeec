/** The labels of a data set in YOLO's layout, by their numbers. */
import * as Effect from "effect/Effect"
import * as Yaml from "effect/encoding/Yaml"
import { reasonOf } from "../../pipeline/reason.ts"
import { DataError } from "../../task/dataError.ts"
import { textIn } from "./folder.ts"

/** `names` of a `data.yaml`: a list, or an object by numbers from 0. */
const inYaml = (text: string): ReadonlyArray<unknown> => {
  const document = Yaml.parse(text)
  const names = typeof document === "object" && document !== null && "names" in document ? document.names : undefined
  if (Array.isArray(names)) return names
  if (typeof names !== "object" || names === null) throw new Error("it has no `names`")
  const entries = Object.entries(names).map(([key, name]) => [Number(key), name] as const).sort(([a], [b]) => a - b)
  const gap = entries.findIndex(([number], i) => number !== i)
  if (gap >= 0) throw new Error(`\`names\` must be numbered from 0 on, without gaps, and ${gap} is missing`)
  return entries.map(([, name]) => name)
}

const inLines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n").map((line) => line.trim())

/** The labels in a `data.yaml`, or in a file of one a line (`classes.txt`, `obj.names`). */
export const namesOf = (path: string): Effect.Effect<ReadonlyArray<string>, DataError> =>
  Effect.flatMap(textIn(path), (text) =>
    Effect.try({
      try: () => {
        if (typeof text !== "string") throw new Error(text.fault)
        const names = /\.ya?ml$/i.test(path) ? inYaml(text) : inLines(text)
        const wrong = names.findIndex((name) => typeof name !== "string" || name === "")
        if (wrong >= 0) throw new Error(`label ${wrong} must be a text that is not empty`)
        if (new Set(names).size < names.length) throw new Error("two labels are the same")
        return names as ReadonlyArray<string>
      },
      catch: (cause) =>
        new DataError({
          path,
          message: `${path} cannot be read as names of labels (${reasonOf(cause)}). ` +
            "Give a data.yaml with `names`, or a file of one a line.",
          cause
        })
    }))
