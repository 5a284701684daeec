/** The prompt stage: asks a template's question about every example. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Node from "../pipeline/declare/Node.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import type { RowsError } from "../pipeline/Rows.ts"
import { Spool } from "../pipeline/run/services.ts"
import type { PolicyError } from "../policy/policyError.ts"
import { Sampler } from "../policy/sampler.ts"
import { prompt } from "../task/ask.ts"
import { DataError } from "../task/dataError.ts"
import type { AnyExample, Dataset } from "../task/dataset.ts"
import { detection } from "../task/detection/detection.ts"
import type { Example } from "../task/detection/example.ts"
import type { Prompt, Prompts } from "../task/prompt.ts"
import { seenSizes } from "../task/seenSizes.ts"
import type { AnyTask, Convention, Task } from "../task/Task.ts"
import { Template, type TemplateConfig, worded, wordingProblem } from "../task/template.ts"

const stage = Stage.define({
  kind: "prompt",
  name: "template",
  module: import.meta.url,
  config: Template,
  parts: { task: Node.part<AnyTask>() },
  problem: ({ question }, { task }) => wordingProblem(question, task),
  subject: "reads",
  needs: [Sampler],
  makes: (_, { task }) => [task.name],
  run: (template, dataset: Dataset, { task }) =>
    Effect.gen(function*() {
      const inputSize = seenSizes((yield* Sampler).inputSize)
      const asks = task as unknown as Convention<AnyExample, unknown, unknown, unknown, {}> // `template` matched the types
      const chunks = Stream.mapEffect(dataset.examples.chunks, (examples) =>
        Effect.gen(function*() {
          const prompts: Array<Prompt> = []
          for (const example of examples) {
            const asked = asks.trains(example)
            if (asked === undefined) continue
            prompts.push(prompt(asks, template, example, asked, yield* inputSize(example.image)))
          }
          return prompts
        }))
      const rows = yield* (yield* Spool).collect(chunks)
      if (rows.size === 0) {
        return yield* new DataError({
          path: dataset.name,
          message: `No image of "${dataset.name}" has a label to ask for, so there is nothing to train on. ` +
            "Annotate its images or choose another data set."
        })
      }
      const prompts: Prompts = { task: task.name, template, rows }
      return prompts
    })
})

/** The stage that asks by a template, for a task of examples `E`. */
export type Asks<E extends AnyExample> = Stage.Stage<
  Dataset<E>,
  Prompts,
  DataError | PolicyError | RowsError,
  Sampler | Spool
>

/**
 * Asks a template's question about every example, as its task asks in training; detection unless another is given.
 *
 * Examples about which there is nothing to ask are passed over; fails with `DataError` when none is left. Throws
 * `InvalidConfig` for a question without the task's mark.
 */
export const template: {
  (template: TemplateConfig): Asks<Example>
  <E extends AnyExample, Asked, Truth, Answer, Fields extends {}>(
    template: TemplateConfig,
    task: Task<E, Asked, Truth, Answer, Fields>
  ): Asks<E>
} = (template: TemplateConfig, task: unknown = detection) =>
  stage(worded(template, task as AnyTask), { task: task as AnyTask })
