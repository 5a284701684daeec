/** The codes behind changes between stored executions, as far as they were noted when these ran. */
import * as Effect from "effect/Effect"
import type { Change } from "../../pipeline/plan/changes.ts"
import * as Store from "../../store/index.ts"
import type * as Words from "./Words.ts"

const notedIn = Effect.fnUntraced(function*(handles: ReadonlyArray<Store.Handle>, hash: string) {
  for (const handle of handles) {
    const known = yield* Store.codeBehind(handle, hash)
    if (known !== undefined) return [[hash, { assay: known.assay, outline: JSON.parse(known.outline) } as Words.Known] as const]
  }
  return []
})

/** Looks into one database after the other. */
export const notedCodes = Effect.fnUntraced(function*(handles: ReadonlyArray<Store.Handle>, changes: ReadonlyArray<Change>) {
  const hashes = new Set(changes.flatMap(({ left, right, what }) => what === "code" ? [String(left), String(right)] : []))
  return new Map((yield* Effect.forEach(hashes, (hash) => notedIn(handles, hash))).flat())
})
