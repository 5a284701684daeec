/** Schemas that many configs use, by name. */
import * as Schema from "effect/Schema"

export { withDefault } from "./ConfigCodec.ts"

/** An integer of at least 1. */
export const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** An integer of at least 0. */
export const Whole = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A number above 0. */
export const Positive = Schema.Finite.check(Schema.isGreaterThan(0))

/** A number of at least 0. */
export const NonNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** A number in [0, 1]. */
export const Fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
