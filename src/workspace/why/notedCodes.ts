/** The codes behind changes between stored executions, as far as they were noted when these ran. */
import * as Effect from "effect/Effect"
import type { Change } from "../../pipeline/plan/changes.ts"
import * as Store from "../../store/index.ts"
import type * as Words from "./Words.ts"

/** What some code was made of when it ran; undefined where nobody noted it. */
export const noted = (handle: Store.Handle, hash: string): Effect.Effect<Words.Known | undefined, Store.StoreError> =>
  Effect.map(Store.codeBehind(handle, hash), (known) =>
    known === undefined ? undefined : { assay: known.assay, outline: JSON.parse(known.outline) as Words.Known["outline"] })

const notedIn = Effect.fnUntraced(function*(handles: ReadonlyArray<Store.Handle>, hash: string) {
  for (const handle of handles) {
    const known = yield* noted(handle, hash)
    if (known !== undefined) return [[hash, known] as const]
  }
  return []
})

/** Looks into one database after the other. */
export const notedCodes = Effect.fnUntraced(function*(handles: ReadonlyArray<Store.Handle>, changes: ReadonlyArray<Change>) {
  const hashes = new Set(changes.flatMap(({ left, right, what }) => what === "code" ? [String(left), String(right)] : []))
  return new Map((yield* Effect.forEach(hashes, (hash) => notedIn(handles, hash))).flat())
})
