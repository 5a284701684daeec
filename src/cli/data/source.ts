/** How commands name a data set: a layout, and its config key by key. */
import * as Argument from "effect/cli/Argument"
import * as Effect from "effect/Effect"
import type { Json } from "../../pipeline/json.ts"
import { unknownName } from "../../pipeline/near.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { type Failure, usage } from "../failure.ts"
import * as Parse from "../Parse.ts"

export const layout = Argument.String("LAYOUT").pipe(
  Argument.withDescription("coco, ovdeval, lvis, d3, odinw, voc, yolo, rec, refs, superclevr, conversations or parquet")
)

export const settings: Argument.Argument<ReadonlyArray<Parse.Setting>> = Argument.String("key=value").pipe(
  Argument.withDescription("Config of `Data.LAYOUT`: annotations=instances.json images=val2017, and so on; lists and objects in JSON"),
  Argument.mapTryCatch(Parse.setting, reasonOf),
  Argument.variadic()
)

export interface Source {
  readonly layout: string
  readonly settings: ReadonlyArray<Parse.Setting>
}

/** The config of a data set. Fails with a usage error for a name that is none of the layouts. */
export const configOf = (
  { layout, settings }: Source,
  layouts: ReadonlyArray<string>
): Effect.Effect<{ readonly [key: string]: Json }, Failure> =>
  layouts.includes(layout)
    ? Effect.succeed(Object.fromEntries(settings.map(({ key, value }) => [key, value])))
    : Effect.fail(usage(unknownName("layout", layout, layouts, "")))
