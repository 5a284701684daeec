/**
 * The three evaluation sets of COCO that the study names, with what their text leaves open as config: defaults are the reading of
 * VLM-R1 findings, section 2.1, which defines them; section 1.2 says "fewer than" where it says "more than".
 */
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import type { Dataset } from "../../task/dataset.ts"
import type { Example } from "../../task/detection/example.ts"
import { asks, hasFew, hasOneEach, isFew } from "./boxCounts.ts"
import { keep, refine } from "./keep.ts"
import { keepLabels } from "./keepLabels.ts"

type Detection = Dataset<Example>

/** Whether exactly ten boxes are few enough. */
const ten = Config.withDefault(Schema.Literals(["stays", "goes"]), "stays")

const most = (ten: "stays" | "goes"): number => ten === "stays" ? 10 : 9

const first = Stage.define({
  kind: "filter",
  name: "pos1",
  module: import.meta.url,
  config: Schema.Struct({ ten, drops: Config.withDefault(Schema.Literals(["category", "image"]), "category") }),
  run: ({ drops, ten }, dataset: Detection) =>
    refine(`pos1({ ten: ${ten}, drops: ${drops} })`, dataset, (examples) =>
      examples.flatMap((example) => {
        const stays = isFew(example, most(ten))
        if (drops === "category") return keepLabels(example, stays)
        return asks(example) && example.positives.every(stays) ? [example] : []
      }))
})

/**
 * COCO_pos_1 (COCO_filtered): image by image, categories with more than ten boxes go, with all their objects; images that lose
 * every category are dropped. Per image is the only possible reading, since over the whole set one category would be left.
 *
 * Open in the text, and config: `ten` says whether exactly ten boxes stay (the default) or go, `drops` whether the category goes
 * (the default) or the whole image. Crowd regions do not count.
 */
export const pos1 = (config: Parameters<typeof first>[0] = {}) => first(config)

const second = Stage.define({
  kind: "filter",
  name: "pos2",
  module: import.meta.url,
  config: Schema.Struct({ keeps: Config.withDefault(Schema.Literals(["images", "boxes"]), "images") }),
  run: ({ keeps }, dataset: Detection) =>
    keeps === "boxes"
      ? refine("pos2({ keeps: boxes })", dataset, (examples) => examples.filter(asks).map(withOneBoxEach))
      : keep("pos2({ keeps: images })", dataset, hasOneEach)
})

/** The first box of every label, in the order of the file; crowd regions stay. */
const withOneBoxEach = (example: Example): Example => {
  const seen = new Set<string>()
  const objects = example.objects.filter(({ crowd, label }) => {
    if (crowd) return true
    const isFirst = !seen.has(label)
    seen.add(label)
    return isFirst
  })
  return { ...example, objects }
}

/**
 * COCO_pos_2: the images each of whose categories has exactly one box, not counting crowd regions.
 *
 * The mode "1bbox per category" of the same text may mean these images (`keeps: "images"`, the default) or all images with one box
 * of each category (`keeps: "boxes"`: the first in the file), which makes finding the others wrong.
 */
export const pos2 = (config: Parameters<typeof second>[0] = {}) => second(config)

const third = Stage.define({
  kind: "filter",
  name: "pos3",
  module: import.meta.url,
  config: Schema.Struct({ ten }),
  run: ({ ten }, dataset: Detection) =>
    keep(`pos3({ ten: ${ten} })`, dataset, (example) => hasFew(example, most(ten)))
})

/**
 * COCO_pos_3: the images with at most ten boxes of all categories, not counting crowd regions, and something to ask. With `ten:
 * "goes"`, at most nine.
 */
export const pos3 = (config: Parameters<typeof third>[0] = {}) => third(config)
