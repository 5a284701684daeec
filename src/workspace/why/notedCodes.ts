/** The codes behind changes between stored executions, as far as they were noted when these ran. */
import * as Effect from "effect/Effect"
import type { Change } from "../../pipeline/plan/changes.ts"
import * as Store from "../../store/index.ts"
import type * as Words from "./Words.ts"

export const notedCodes = Effect.fnUntraced(function*(handle: Store.Handle, changes: ReadonlyArray<Change>) {
  const hashes = new Set(changes.flatMap(({ left, right, what }) => what === "code" ? [String(left), String(right)] : []))
  const found = yield* Effect.forEach(hashes, (hash) => Effect.map(Store.codeBehind(handle, hash), (known) => [hash, known] as const))
  return new Map(found.flatMap(([hash, known]) =>
    known === undefined ? [] : [[hash, { assay: known.assay, outline: JSON.parse(known.outline) } as Words.Known] as const]))
})
