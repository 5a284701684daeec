/** Pictures that many rows are about, looked at once in a while. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { AnyExample } from "../../task/dataset.ts"
import type { Problem } from "../../task/problem.ts"
import type { Size } from "../../vision/Box.ts"
import { isPicture, lookAt, type Picture, turned } from "./pictures.ts"
import { Report } from "../../task/problem.ts"

/** Pictures that are remembered: rows about one stand near each other. */
const most = 4096

export type Found = Pick<AnyExample, "image"> | { readonly problem: Problem }

/**
 * Finds the picture of a row: its `file` in the folder, and where the row gives its size, of that size. `entry` and `field`
 * are what messages call the row and the place in it.
 */
export type Look = (entry: string, field: string, file: string, expected?: Size) => Effect.Effect<Found>

export const lookOnce = (folder: string): Look => {
  const known = new Map<string, Picture>()
  return Effect.fnUntraced(function*(entry: string, field: string, file: string, expected?: Size) {
    const path = join(folder, file)
    const key = `${path} ${expected?.width} ${expected?.height}`
    const found = known.get(key) ?? (yield* lookAt(path, expected))
    if (!isPicture(found)) {
      return { problem: { kind: found.kind, entry, message: `field "${field}": ${found.message}` } }
    }
    if (!known.has(key)) {
      if (found.orientation > 1) (yield* Report).note(turned(entry, path, found.orientation))
      if (known.size === most) known.clear()
      known.set(key, found)
    }
    return { image: { path, width: found.width, height: found.height } }
  })
}
