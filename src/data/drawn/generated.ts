/** What generated data sets have in common: their splits, their config, and how they come to be files. */
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import { Generated } from "../../pipeline/run/services.ts"
import { loadSharp } from "../../vision/sharp.ts"
import type { DrawnSet } from "./annotations.ts"
import { writeOnce } from "./files.ts"

const Side = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 4096 }))

export const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

export const split = Schema.Literals(["train", "validation"])

export type Split = typeof split["Type"]

/** Pixels. */
export const pictureSize = Config.withDefault(Schema.Struct({ width: Side, height: Side }), { width: 112, height: 112 })

export const defaultCount = (of: Split): number => of === "train" ? 2000 : 200

/** The split of a scene, decided by a hash of what it shows: a quarter of all scenes are for validation. */
export const splitBy = (shown: string): Split =>
  createHash("sha256").update(shown).digest()[0]! % 4 === 0 ? "validation" : "train"

/**
 * The files of a set, which are written once, in the folder for what is generated. `kind` and `identity`, which is told the
 * versions of the renderer, name them.
 */
export const written = (kind: string, identity: (versions: object) => string, drawn: DrawnSet) =>
  Effect.gen(function*() {
    const { folder } = yield* Generated
    const { versions } = yield* Effect.promise(loadSharp)
    const set = join(folder, `${kind}-${identity(versions)}`)
    yield* writeOnce(set, drawn)
    return { annotations: join(set, "annotations.json"), images: join(set, "images"), onBad: "fail" as const }
  })
