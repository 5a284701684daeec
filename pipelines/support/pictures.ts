/** What the lessons and the questions of the pretraining have in common: prompts of detection, made of pictures. */
import { type Data, Policy, Prompt, Task } from "assay"
import { type Box, Rows, Spool } from "assay/engine"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A question about labels, and where their objects are. */
export type Detection = Prompt.Prompt<ReadonlyArray<string>, ReadonlyArray<Box.LabeledBox<Box.Spoken>>>

/** The prompts that `ask` makes of every picture and its size as the model sees it. */
export const fromPictures = (
  dataset: Data.Dataset<Data.Example>,
  ask: (example: Data.Example, input: Detection["input"]) => ReadonlyArray<Detection>
) =>
  Effect.gen(function*() {
    const { inputSize } = yield* Policy.Sampler
    const prompts = (example: Data.Example) => Effect.map(inputSize(example.image), (input) => ask(example, input))
    const chunks = Stream.mapEffect(dataset.examples.chunks, (examples) =>
      Effect.map(Effect.forEach(examples, prompts), (asked) => asked.flat()))
    const rows: Rows.Rows<Detection> = yield* (yield* Spool).collect(chunks)
    return { task: Task.detection.task.name, template: Prompt.standard, rows } satisfies Prompt.Prompts
  })

/** Labels that are not in the picture and share a word with some that are asked for. */
export const alike = (
  example: Data.Example,
  categories: ReadonlyArray<string>,
  asked: ReadonlyArray<string>
): ReadonlyArray<string> =>
  categories.filter((label) =>
    !example.positives.includes(label) && asked.some((own) => own.split(" ").some((word) => label.includes(word)))
  )
