/** Generated data: scenes that stand in for OVDEval's subsets and for referring, split for good. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Random from "../../pipeline/Random.ts"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import { compose, signatureOf } from "../../vision/scenes/compose.ts"
import { drawing } from "../../vision/scenes/draw.ts"
import { styles } from "../../vision/scenes/look.ts"
import { english, phrases, subsets } from "../../vision/scenes/phrase.ts"
import type { View } from "../../vision/scenes/thing.ts"
import type { Drawn } from "./annotations.ts"
import { Count, defaultCount, pictureSize, split, splitBy, written } from "./generated.ts"
import { ovdevalLayout } from "../layouts/ovdevalLayout.ts"
import { read } from "../layouts/readers.ts"
import { type SceneQuestion, sceneQuestion } from "./sceneQuestion.ts"

const settings = Schema.Struct({
  split,
  /**
   * What questions are about. "color" ("red circle"), "material" ("striped star"); "celebrity", "logo", "landmark": drawn
   * signs that must be known by name; "position" ("circle left of the square", "topmost star"); "relationship" ("circle
   * inside a square"); "negation" ("circle that is not red"); "referring": one phrase of any of these but names, for one thing.
   */
  subset: Schema.Literals(subsets),
  /** "sketch": another look, for evaluations outside of the domain. */
  style: Config.withDefault(Schema.Literals(styles), "plain"),
  /** Number of images; 2000 to train, 200 to validate. */
  count: Schema.optionalKey(Count),
  seed: Config.withDefault(Config.Whole, 0),
  size: pictureSize
})

type Settings = typeof settings["Type"]

/**
 * Scenes with questions in OVDEval's layout: `text` true of what is annotated, and hard negatives in `neg_text` that differ
 * from it in exactly what the subset is about. Everything that a phrase of `text` is true of is annotated, and no phrase is
 * asked of which it could be disputed. Written and read, and split, as `Data.shapes` is; fails as that does.
 *
 * Source of the subsets: Yao et al., arXiv 2308.13177.
 */
export const scenes = Stage.define({
  kind: "data",
  name: "scenes",
  module: import.meta.url,
  config: settings,
  repeatable: true,
  run: (options, _input: unknown) =>
    Effect.gen(function*() {
      const { size, subset } = options
      const count = options.count ?? defaultCount(options.split)
      const files = yield* written("scenes", (versions) => identity(options, count, versions), {
        size,
        count,
        at: (index) => drawn(options, index),
        labels: () => labelsOf(options, count),
        supercategory: subset
      })
      return yield* read({ ...files, name: `${subset}-${options.split}` }, ovdevalLayout())
    })
})

type Place = Pick<Settings, "split" | "subset" | "seed" | "size">

/** The view at a place of a split, and what is asked about it: the first of the place's stream that allows a question. */
export const viewOf = (
  { seed, size, split, subset }: Place,
  index: number
): { readonly view: View; readonly question: SceneQuestion } => {
  const place = Random.fold(Random.key(seed), "scenes", subset, split, index)
  for (let attempt = 0;; attempt++) {
    const key = Random.fold(place, attempt)
    const view = compose(subset, Random.stream(Random.fold(key, "view")), size)
    if (splitBy(signatureOf(view)) !== split) continue
    const question = sceneQuestion(Random.fold(key, "question"), subset, view)
    if (question !== undefined) return { view, question }
  }
}

const drawn = (options: Settings, index: number): Drawn => {
  const { question, view } = viewOf(options, index)
  return {
    picture: () => drawing(view, options.style),
    objects: question.text.flatMap(({ phrase, trueOf }) =>
      view.things.filter((_, i) => trueOf[i]).map(({ box }) => ({ label: english(phrase), box }))
    ),
    question: { text: question.text.map(({ phrase }) => english(phrase)), negText: question.negText.map(english) }
  }
}

/** All labels of the subset; of the many ways of referring those that are used. */
const labelsOf = (options: Settings, count: number): ReadonlyArray<string> => {
  if (options.subset !== "referring") return phrases[options.subset].map(english)
  const used = new Set<string>()
  for (let index = 0; index < count; index++) {
    for (const { phrase } of viewOf(options, index).question.text) used.add(english(phrase))
  }
  return [...used].sort()
}

/** Names the files by config, versions of the renderer, and what the generator makes of the first places. */
const identity = (options: Settings, count: number, versions: object): string => {
  const { seed, size, split, style, subset } = options
  const probe = Array.from({ length: 16 }, (_, i) => {
    const { objects, picture, question } = drawn(options, i)
    return [picture(), objects, question]
  })
  return createHash("sha256")
    .update(JSON.stringify([split, subset, style, count, seed, size.width, size.height, versions, probe]))
    .digest("hex").slice(0, 16)
}
