/** Generated data: scenes of coloured shapes, split for good into training and validation. */
import { createHash } from "node:crypto"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Random from "../pipeline/Random.ts"
import { Generated } from "../pipeline/run/services.ts"
import * as Config from "../pipeline/declare/Config.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { question } from "./question.ts"
import { cocoLayout } from "./cocoLayout.ts"
import { ovdevalLayout } from "./ovdevalLayout.ts"
import { read } from "./readers.ts"
import { loadSharp } from "../vision/sharp.ts"
import { svg } from "../vision/scenes/render.ts"
import { scene, type Scene, signature } from "../vision/scenes/scene.ts"
import type { Item, Layout } from "./shapesAnnotations.ts"
import { writeOnce } from "./shapesFiles.ts"

const Side = Schema.Int.check(Schema.isBetween({ minimum: 64, maximum: 4096 }))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

const settings = Schema.Struct({
  split: Schema.Literals(["train", "validation"]),
  /** "coco": every object annotated. "ovdeval": each image with a question, and what that asks for annotated. */
  layout: Schema.Literals(["coco", "ovdeval"]),
  /** Number of images; 2000 to train, 200 to validate. */
  count: Schema.optionalKey(Count),
  seed: Config.withDefault(Config.Whole, 0),
  /** Pixels. */
  size: Config.withDefault(Schema.Struct({ width: Side, height: Side }), { width: 112, height: 112 })
})

type Settings = typeof settings["Type"]

/**
 * Scenes of coloured shapes with exact boxes, rendered to files once and read back by the readers of real data sets.
 *
 * A scene belongs to one split for good, whatever seed and count, so no scene of one split is in the other.
 * Fails with `DataError` when the files cannot be written or read.
 */
export const shapes = Stage.define({
  kind: "data",
  name: "shapes",
  module: import.meta.url,
  config: settings,
  repeatable: true,
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const { folder } = yield* Generated
      const count = options.count ?? (options.split === "train" ? 2000 : 200)
      const { versions } = yield* Effect.promise(loadSharp)
      const set = join(folder, `shapes-${identity(options, count, versions)}`)
      yield* writeOnce(set, options.layout, options.size, count, (index) => itemOf(options, index))
      const name = `shapes-${options.split}`
      const annotations = join(set, "annotations.json")
      const files = { annotations, images: join(set, "images"), name, onBad: "fail" as const }
      return yield* options.layout === "ovdeval" ? read(files, ovdevalLayout()) : read(files, cocoLayout)
    })
})

/** The scene at a place of a split: the first scene of the place's stream that belongs to the split. */
export const sceneOf = (options: Pick<Settings, "split" | "seed" | "size">, index: number): Scene => {
  const place = Random.fold(Random.key(options.seed), "shapes", options.split, index)
  for (let attempt = 0;; attempt++) {
    const drawn = scene(Random.stream(Random.fold(place, attempt)), options.size)
    if (splitOf(drawn) === options.split) return drawn
  }
}

/**
 * The split that a scene belongs to, decided by a hash of what it shows: a quarter of all scenes are for validation.
 */
export const splitOf = (value: Scene): Settings["split"] =>
  createHash("sha256").update(signature(value)).digest()[0]! % 4 === 0 ? "validation" : "train"

/** The scene at a place of a split, and the question that OVDEval's layout asks about it. */
export const itemOf = (options: Pick<Settings, "split" | "seed" | "size">, index: number): Item => {
  const drawn = sceneOf(options, index)
  const place = Random.fold(Random.key(options.seed), "question", options.split, index)
  return { scene: drawn, question: question(place, drawn) }
}

/** Names the files by config, versions of the renderer, and what the generator makes of the first places. */
const identity = (options: Settings, count: number, versions: object): string => {
  const layout: Layout = options.layout
  const probe = Array.from({ length: 16 }, (_, i) => itemOf(options, i)).map((made) => [svg(made.scene), made.question])
  const { split, seed, size } = options
  return createHash("sha256")
    .update(JSON.stringify([split, layout, count, seed, size.width, size.height, versions, probe]))
    .digest("hex").slice(0, 16)
}
