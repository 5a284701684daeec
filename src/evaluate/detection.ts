import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataError } from "../task/dataError.ts"
import type { Dataset, Example } from "../task/detection/example.ts"
import type { Node } from "../pipeline/declare/Node.ts"
import * as Random from "../pipeline/Random.ts"
import { Recorder } from "../pipeline/run/services.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Policy, type PolicyError } from "../policy/Policy.ts"
import { make } from "../task/detection/question.ts"
import type { Prompt, Prompts, TemplateConfig } from "../task/prompt.ts"
import { boxes } from "../task/detection/read.ts"
import { isReward } from "../task/reward.ts"
import type { Reward } from "../task/reward.ts"
import * as Summary from "../reward/summary.ts"
import type { Group } from "../rollout/Rollout.ts"
import { convert } from "../vision/Box.ts"
import { metrics } from "../task/detection/measure.ts"
import type { Answered } from "../task/detection/measure.ts"
import { recordOf } from "../task/detection/record.ts"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

const config = Schema.Struct({
  mode: Schema.Literals(["positive", "all"]),
  limit: Schema.optionalKey(Count),
  maxTokens: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(256))),
  batch: Count.pipe(Schema.withDecodingDefaultKey(Effect.succeed(64)))
})

type Source<E, R> = Stage.Stage<void, Dataset, E, R>
type Filter<E, R> = Stage.Stage<Dataset, Dataset, E, R>

export interface Detection<E, R, FilterE, FilterR> {
  /** The held-out images. */
  readonly data: Source<E, R>
  readonly filter?: Filter<FilterE, FilterR>
  /** Ask for the labels that are in the image, or for every category of the data set. */
  readonly mode: "positive" | "all"
  /** Also judges every answer; its mean is the metric `reward`. */
  readonly reward?: Reward
  /** Only the first so many images. */
  readonly limit?: number
  /** Default 256. */
  readonly maxTokens?: number
  /** Questions asked at a time; default 64. Changes no number. */
  readonly batch?: number
}

const stage = Stage.define({
  kind: "evaluate",
  name: "detection",
  module: import.meta.url,
  config,
  subject: "reads",
  run: (options, input: Prompts, parts) =>
    Effect.gen(function*() {
      const recorder = yield* Recorder
      const dataset = yield* load(parts)
      const prompts = yield* ask(input.template, dataset, options.mode, options.limit)
      const reward = parts.find(isReward)
      const answers: Array<Answered> = []
      const rewards: Array<number> = []
      for (let start = 0; start < prompts.length; start += options.batch) {
        const chunk = prompts.slice(start, start + options.batch)
        const groups = yield* answer(chunk.map(({ prompt }) => prompt), options.maxTokens)
        const rows = groups.map((group, index) => {
          const answered = read(chunk[index]!.example, group)
          const score = reward?.score({
            completion: answered.completion.text,
            solution: group.prompt.solution,
            tokens: answered.completion.tokens.length
          })
          if (score !== undefined) rewards.push(score.total)
          answers.push(answered)
          return recordOf(group, answered, score?.parts ?? [], start + index)
        })
        recorder.samples(rows)
        recorder.progress(answers.length, prompts.length, "images")
      }
      for (const [name, value] of metrics(dataset.categories, answers)) recorder.metric(name, value)
      if (reward !== undefined) recorder.metric("reward", Summary.mean(rewards))
      return input
    })
})

/**
 * Asks the policy about held-out images, greedily and with the template of its input, and records how well it detects.
 *
 * Metrics: see `metrics` (mAP, precision@0.5, recall@0.5 and more), and `reward` where one is given. Every answer
 * becomes a sample with its true and predicted boxes in pixels of the image file. In mode "positive", images without
 * labels are passed over. Fails with `DataError` when no image is left to ask about.
 *
 * Source: VLM-R1 findings, section 2.1, evaluation modes.
 */
export const detection = <E, R, FilterE = never, FilterR = never>(
  { data, filter, reward, ...options }: Detection<E, R, FilterE, FilterR>
): Stage.Stage<Prompts, Prompts, E | FilterE | DataError | PolicyError, R | FilterR | Policy | Recorder> =>
  stage(options, [data, ...(filter === undefined ? [] : [filter]), ...(reward === undefined ? [] : [reward])])

/** The data set of the nested source, through the nested filter. What they need, `detection` puts into its own type. */
const load = (parts: ReadonlyArray<Node>): Effect.Effect<Dataset> => {
  const source = parts.find((part): part is Source<never, never> => part.kind === "data" && "run" in part)
  const filter = parts.find((part): part is Filter<never, never> => part.kind === "filter" && "run" in part)
  if (source === undefined) return Effect.die(new Error("Evaluate.detection holds no data stage"))
  return filter === undefined ? source.run(undefined) : Effect.flatMap(source.run(), filter.run)
}

interface Asked {
  readonly example: Example
  readonly prompt: Prompt
}

const ask = (
  template: TemplateConfig,
  dataset: Dataset,
  mode: "positive" | "all",
  limit: number | undefined
): Effect.Effect<ReadonlyArray<Asked>, DataError | PolicyError, Policy> =>
  Effect.gen(function*() {
    const policy = yield* Policy
    const wanted = dataset.examples
      .map((example) => ({ example, labels: mode === "positive" ? example.positives : dataset.categories }))
      .filter(({ labels }) => labels.length > 0)
      .slice(0, limit)
    if (wanted.length === 0) {
      return yield* new DataError({
        path: dataset.name,
        message: `No image of "${dataset.name}" has a label to ask for, so there is nothing to evaluate on. ` +
          "Loosen the filter or choose another data set."
      })
    }
    return yield* Effect.forEach(wanted, ({ example, labels }) =>
      Effect.map(policy.inputSize(example.image), (size) => {
        return { example, prompt: make(template, example, labels, size) }
      }))
  })

/** One greedy answer to each prompt. Greedy sampling draws nothing, so its key does not matter. */
const answer = (
  prompts: ReadonlyArray<Prompt>,
  maxTokens: number
): Effect.Effect<ReadonlyArray<Group>, PolicyError, Policy> =>
  Effect.gen(function*() {
    const policy = yield* Policy
    const questions = prompts.map(({ image, messages }) => ({ messages, images: [image.path], key: Random.key(0) }))
    const completions = yield* policy.sample(questions, { n: 1, temperature: 0, topP: 1, topK: 0, maxTokens })
    const rendered = yield* Effect.forEach(questions, (question) => policy.render(question))
    return prompts.map((prompt, i) => ({ prompt, rendered: rendered[i]!, completions: completions[i]! }))
  })

const read = (example: Example, { completions, prompt }: Group): Answered => {
  const completion = completions[0]!
  const sizes = { original: prompt.image, resized: prompt.input }
  return {
    example,
    labels: prompt.labels,
    completion,
    boxes: boxes(completion.text, prompt.space).map(({ box, label }) => ({ label, box: convert(box, "original", sizes) }))
  }
}
