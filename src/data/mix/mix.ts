/** Mixtures: prompts of several tasks, or of several data sets, in given ratios. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Node from "../../pipeline/declare/Node.ts"
import type { Pipeline } from "../../pipeline/declare/Pipeline.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import type { RowsError } from "../../pipeline/Rows.ts"
import { Spool, StageKey } from "../../pipeline/run/services.ts"
import { DataError } from "../../task/dataError.ts"
import type { Asking, Prompt, Prompts } from "../../task/prompt.ts"
import { mixPart } from "./mixPart.ts"
import * as Places from "./Places.ts"

/** Prompts read and written at a time. */
const some = 256

/** The ratio stands in the config of each part. */
const ratioOf = ({ config }: Node.Node): number => Number(config["ratio"])

const askings = ({ others = [], task, template }: Asking): ReadonlyArray<Asking> => [{ task, template }, ...others]

/** The prompts at some places of the mixture, each part asked once. */
const rowsAt = (parts: ReadonlyArray<Prompts>, orders: ReadonlyArray<(k: number) => number>, places: ReadonlyArray<Places.Place>) =>
  Effect.gen(function*() {
    const found = yield* Effect.forEach(parts, ({ rows }, part) =>
      rows.at(places.filter((place) => place.part === part).map(({ k }) => orders[part]!(k))))
    const next = parts.map(() => 0)
    return places.map(({ part }): Prompt => found[part]![next[part]!++]!)
  })

const stage = Stage.define({
  kind: "data",
  name: "mix",
  module: import.meta.url,
  config: Schema.Struct({
    /** Prompts in all; by default as many as can be had without any of them twice. */
    rows: Schema.optionalKey(Config.Count),
    seed: Config.withDefault(Config.Whole, 0)
  }),
  parts: { parts: Node.list(Stage.part<void, Prompts>()) },
  subject: "reads",
  repeatable: true,
  makes: (_, { parts }) => {
    const made = parts.filter((part) => ratioOf(part) > 0).map(({ makes }) => makes)
    return made.includes(undefined) ? undefined : [...new Set(made.flatMap((kinds) => kinds ?? []))]
  },
  problem: (_, { parts }) =>
    parts.some((part) => ratioOf(part) > 0) ? undefined : "every ratio is 0, so that nothing is left; give one above 0.",
  run: ({ rows, seed }, _input: unknown, { parts }) =>
    Effect.gen(function*() {
      const key = Random.fold(Random.key(seed), "mix")
      const stageKey = yield* StageKey
      const used = parts.flatMap((part, i) => ratioOf(part) > 0 ? [{ part, i, ratio: ratioOf(part) }] : [])
      const made = yield* Effect.forEach(used, ({ i, part }) =>
        Effect.provideService(part.run(), StageKey, Random.fold(stageKey, i)))
      const ratios = used.map(({ ratio }) => ratio)
      const counts = Places.counts(rows ?? Math.max(1, Places.most(made.map((one) => one.rows.size), ratios)), ratios)
      const empty = counts.indexOf(0)
      if (empty >= 0) {
        return yield* new DataError({
          path: used[empty]!.part.label,
          message: `The mixture has ${counts.reduce((sum, count) => sum + count, 0)} prompts, and by its ratio none of them is of ` +
            `"${used[empty]!.part.label}". Give more \`rows\`, a larger ratio, or 0.`
        })
      }
      const orders = made.map((one, p) => Places.order(Random.fold(key, "part", used[p]!.i), one.rows.size, counts[p]!))
      const places = Places.chunked(Places.places(Random.fold(key, "places"), counts), some)
      // one at a time: a stream of an iterable would draw thousands ahead
      const chunks = Stream.mapEffect(Stream.fromIterable(places, { chunkSize: 1 }), (chunk) => rowsAt(made, orders, chunk))
      const [first, ...others] = made.flatMap(askings)
      const mixture: Prompts = { ...first!, others, rows: yield* (yield* Spool).collect(chunks) }
      return mixture
    })
})

type Part = Pipeline<Prompts, unknown, unknown>
type Types<P> = P extends Part ? ReturnType<NonNullable<P["types"]>> : never

/**
 * Prompts of several pipelines in one, which a loop draws its batches from: each prompt keeps its task, its question and its
 * solution.
 *
 * ```ts
 * Pipeline.from(Data.mix({
 *   parts: {
 *     detection: Pipeline.from(train).pipe(Prompt.template(Prompt.enhanced)),
 *     region: Pipeline.from(Task.region.choices(train)).pipe(Prompt.template(Prompt.enhanced, Task.region.task))
 *   },
 *   ratios: { detection: 3, region: 1 }
 * }))
 * ```
 * Three of four prompts are then of detection, to the nearest prompt; a part with the ratio 0 is left out. Which are taken
 * and where they stand is drawn by `seed`. There are `rows` of them (a part that is too small gives its prompts again), or as
 * many as can be had without any twice. Fails with `DataError` when a part would give none; throws `InvalidConfig` when all
 * ratios are 0 or a part trains or evaluates.
 */
export const mix = <const P extends { readonly [name: string]: Part }>(options: {
  readonly parts: P
  readonly ratios: { readonly [Name in keyof P]: number }
  readonly rows?: number
  readonly seed?: number
}): Stage.Stage<unknown, Prompts, Types<P[keyof P]>[1] | DataError | RowsError, Types<P[keyof P]>[2] | Spool | StageKey> => {
  const { parts, ratios, ...config } = options
  const held = Object.entries(parts).map(([as, { stages }]) => mixPart({ as, ratio: ratios[as]! }, { stages } as never))
  return stage(config, { parts: held as never }) as never // neither knows of the types of what it holds
}
