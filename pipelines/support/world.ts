/** Everything that the shipped models are taught, as a mixture of the tasks' questions. */
import { Data, Pipeline, Prompt, Task } from "assay"
import { lessons } from "./lessons.ts"
import { questions } from "./questions.ts"

type Shapes = Parameters<typeof Data.shapes>[0]

const shapes = (count: number, seed: number, more: Partial<Shapes> = {}) =>
  Data.shapes({ split: "train", layout: "coco", count, seed, ...more })

/** What OVDEval's layout asks of a scene, hard negatives too. */
const subset = (subset: Data.OvdevalSubset) =>
  Pipeline.from(Data.scenes({ split: "train", subset, count: 3000 })).pipe(Prompt.template(Prompt.standard))

const referring = (style: "plain" | "sketch", count: number) =>
  Pipeline.from(Task.referring.expressions(Data.scenes({ split: "train", subset: "referring", style, count })))
    .pipe(Prompt.template(Prompt.standard, Task.referring.task))

const usual = shapes(24_000, 2)
const many = shapes(6000, 4, { objects: "many" })

/**
 * Prompts of all tasks, two of three of detection; a share `partial` of the detection answers about shapes overlooks objects. A twentieth is in the style "sketch", which evaluations outside of the
 * domain use, as no model that users have was never shown another style than its training's.
 */
export const world = ({ partial, rows }: { readonly partial: number; readonly rows: number }) => {
  const ask = questions({ partial })
  return Data.mix({
    rows,
    parts: {
      lessons: Pipeline.from(shapes(6000, 0)).pipe(lessons({})),
      usual: Pipeline.from(usual).pipe(ask),
      small: Pipeline.from(shapes(4000, 3, { objects: "small" })).pipe(ask),
      many: Pipeline.from(many).pipe(ask),
      sketch: Pipeline.from(shapes(3000, 5, { style: "sketch" })).pipe(ask),
      color: subset("color"),
      material: subset("material"),
      celebrity: subset("celebrity"),
      logo: subset("logo"),
      landmark: subset("landmark"),
      position: subset("position"),
      relationship: subset("relationship"),
      negation: subset("negation"),
      referring: referring("plain", 14_000),
      "referring, sketch": referring("sketch", 2000),
      counting: Pipeline.from(Task.counting.questions(usual)).pipe(Prompt.template(Prompt.standard, Task.counting.task)),
      "counting, many": Pipeline.from(Task.counting.questions(many)).pipe(Prompt.template(Prompt.standard, Task.counting.task)),
      region: Pipeline.from(Task.region.choices(usual)).pipe(Prompt.template(Prompt.standard, Task.region.task))
    },
    ratios: {
      lessons: 6,
      usual: 26,
      small: 4,
      many: 6,
      sketch: 3,
      color: 3,
      material: 3,
      celebrity: 2,
      logo: 2,
      landmark: 2,
      position: 4,
      relationship: 4,
      negation: 3,
      referring: 14,
      "referring, sketch": 2,
      counting: 4,
      "counting, many": 4,
      region: 8
    }
  })
}
