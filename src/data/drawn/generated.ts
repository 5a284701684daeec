/** What generated data sets have in common: their splits and their config. */
import { createHash } from "node:crypto"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"

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
