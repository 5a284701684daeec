/** What a stage returned, as an artifact: JSON, and a file of rows where it holds rows. */
import * as Effect from "effect/Effect"
import { reasonOf } from "../reason.ts"
import * as Rows from "../Rows.ts"
import { Artifacts } from "./artifacts.ts"
import { checkCarried } from "./carried.ts"
import { JournalError } from "./journal.ts"
import type { Artifact } from "./Records.ts"
import * as RowsFile from "./RowsFile.ts"

const json = "application/json"
const rowsType = "application/x-assay-rows"

const unreadable = ({ hash }: Artifact) => (cause: unknown) =>
  new JournalError({ operation: "read output", message: `The result ${hash} is no JSON (${reasonOf(cause)}). Run its stage again with --force.`, cause })

/** The one place of a value that holds rows, with them; `undefined` when there is none. */
const rowsIn = (value: unknown): readonly [key: string, rows: Rows.Rows<unknown>] | undefined => {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : []
  const found = entries.filter((entry): entry is [string, Rows.Rows<unknown>] => Rows.isRows(entry[1]))
  if (found.length > 1) throw new Error(`a stage returned rows in ${found.map(([key]) => key).join(" and ")}; one place can hold some`)
  return found[0]
}

/**
 * Stores what a stage returned, and returns what a later process will read back, so that stages see the same value whether
 * the one before them has just run or ran long ago. Dies with `NotCanonical` where that would not be what was returned.
 */
export const write = Effect.fnUntraced(function*(value: unknown) {
  const artifacts = yield* Artifacts
  const found = rowsIn(value)
  if (found === undefined) {
    checkCarried(value ?? null)
    const text = JSON.stringify(value ?? null)
    return { artifact: yield* artifacts.putText(json, text), value: JSON.parse(text) as unknown }
  }
  const [key, rows] = found
  const head = { key, value: { ...value as object, [key]: null } }
  checkCarried(head.value)
  const artifact = yield* artifacts.put(rowsType, (path) => RowsFile.store(path, rows, head))
  return { artifact, value: yield* read(artifact) }
})

/** Reads back what a stage returned. */
export const read = Effect.fnUntraced(function*(artifact: Artifact) {
  const artifacts = yield* Artifacts
  if (artifact.mediaType === rowsType) {
    const { head, rows } = yield* RowsFile.open(yield* artifacts.fetch(artifact))
    const { key, value } = head as { readonly key: string; readonly value: object }
    return { ...value, [key]: rows } as unknown
  }
  const text = yield* artifacts.text(artifact)
  return yield* Effect.try({ try: () => JSON.parse(text) as unknown, catch: unreadable(artifact) })
})
