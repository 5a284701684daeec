/** Generated data: scenes of coloured shapes, split for good into training and validation. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Random from "../../pipeline/Random.ts"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { styles } from "../../vision/scenes/look.ts"
import { svg } from "../../vision/scenes/render.ts"
import { crowds, label, labels, type Objects, type Scene, scene, signature } from "../../vision/scenes/scene.ts"
import { cocoLayout } from "../layouts/cocoLayout.ts"
import type { Drawn } from "./annotations.ts"
import { Count, defaultCount, pictureSize, split, splitBy, type Split, written } from "./generated.ts"
import { ovdevalLayout } from "../layouts/ovdevalLayout.ts"
import { question, type Question } from "./question.ts"
import { read } from "../layouts/readers.ts"

const settings = Schema.Struct({
  split,
  /** "coco": every object annotated. "ovdeval": each image with a question, and what that asks for annotated. */
  layout: Schema.Literals(["coco", "ovdeval"]),
  /** Number of images; 2000 to train, 200 to validate. */
  count: Schema.optionalKey(Count),
  seed: Config.withDefault(Config.Whole, 0),
  size: pictureSize,
  /** "small": all below 0.5 % of the image. "many": up to 10 of few kinds, to be counted. */
  objects: Config.withDefault(Schema.Literals(Object.keys(crowds) as ReadonlyArray<Objects>), "usual"),
  /** "sketch": another look, for evaluations outside of the domain. */
  style: Config.withDefault(Schema.Literals(styles), "plain")
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
      const { layout, size } = options
      const count = options.count ?? defaultCount(options.split)
      const files = yield* written("shapes", (versions) => identity(options, count, versions), {
        size,
        count,
        at: (index) => drawn(options, index),
        labels: () => labels,
        supercategory: "shape"
      })
      const named = { ...files, name: `shapes-${options.split}` }
      return yield* layout === "ovdeval" ? read(named, ovdevalLayout()) : read(named, cocoLayout)
    })
})

type Place = Pick<Settings, "split" | "seed" | "size"> & { readonly objects?: Objects }

/** The scene at a place of a split: the first scene of the place's stream that belongs to the split. */
export const sceneOf = (options: Place, index: number): Scene => {
  const place = Random.fold(Random.key(options.seed), "shapes", options.split, index)
  for (let attempt = 0;; attempt++) {
    const made = scene(Random.stream(Random.fold(place, attempt)), options.size, options.objects)
    if (splitOf(made) === options.split) return made
  }
}

/** The split that a scene belongs to, decided by what it shows. */
export const splitOf = (value: Scene): Split => splitBy(signature(value))

/** The scene at a place of a split, and the question that OVDEval's layout asks about it. */
export const itemOf = (options: Place, index: number): { readonly scene: Scene; readonly question: Question } => {
  const made = sceneOf(options, index)
  const place = Random.fold(Random.key(options.seed), "question", options.split, index)
  return { scene: made, question: question(place, made) }
}

/** OVDEval's layout annotates only what the image's `text` asks for, as the real set does. */
const drawn = (options: Settings, index: number): Drawn => {
  const { question, scene } = itemOf(options, index)
  const objects = scene.shapes.map((shape) => ({ label: label(shape), box: shape.box }))
  const picture = () => svg(scene, options.style)
  return options.layout === "coco"
    ? { picture, objects }
    : { picture, objects: objects.filter((object) => question.text.includes(object.label)), question }
}

/** Names the files by config, versions of the renderer, and what the generator makes of the first places. */
const identity = ({ layout, objects, seed, size, split, style }: Settings, count: number, versions: object): string => {
  const probe = Array.from({ length: 16 }, (_, i) => {
    const { question, scene } = itemOf({ split, seed, size, objects }, i)
    return [svg(scene, style), question]
  })
  return createHash("sha256")
    .update(JSON.stringify([split, layout, count, seed, size.width, size.height, versions, probe]))
    .digest("hex").slice(0, 16)
}
