/** The evaluation stage, of any task: asks the policy about held-out examples and records how well it answers. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Config from "../pipeline/declare/Config.ts"
import * as Metric from "../pipeline/declare/Metric.ts"
import * as Node from "../pipeline/declare/Node.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import * as Random from "../pipeline/Random.ts"
import type { RowsError } from "../pipeline/Rows.ts"
import { Recorder } from "../pipeline/run/services.ts"
import { mean } from "../pipeline/statistics.ts"
import type { PolicyError } from "../policy/policyError.ts"
import { type Questions, Round } from "../policy/round.ts"
import { lengthOf, Sampler } from "../policy/sampler.ts"
import { prompt } from "../task/ask.ts"
import { DataError } from "../task/dataError.ts"
import type { AnyExample, Dataset } from "../task/dataset.ts"
import { lookUp } from "../task/lookUp.ts"
import { type Asking, type Prompt, questionOf } from "../task/prompt.ts"
import { record } from "../task/record.ts"
import { part, type Reward } from "../task/reward.ts"
import { scorable } from "../task/scorable.ts"
import { seenSizes } from "../task/seenSizes.ts"
import type { Answered, AnyTask, Said, Task } from "../task/Task.ts"
import { Template, type TemplateConfig, worded, wordingProblem } from "../task/template.ts"
import * as Form from "./Form.ts"

/** Settings of every evaluation. */
const general = {
  /** What the evaluation is called; its metrics go by it. */
  as: Schema.optionalKey(Schema.NonEmptyString),
  template: Schema.optionalKey(Template),
  limit: Schema.optionalKey(Config.Count),
  maxTokens: Config.withDefault(Config.Count, 256),
  batch: Config.withDefault(Config.Count, 64),
  /** Answers of so many tokens and more are counted apart. */
  tokenCut: Config.withDefault(Config.Count, 3000)
}

/** How to evaluate on a task, besides what is the task's own. */
export interface Options<E extends AnyExample, DataE, DataR, FilterE, FilterR> {
  /** The held-out examples. */
  readonly data: Stage.Stage<void, Dataset<E>, DataE, DataR>
  readonly filter?: Stage.Stage<Dataset<E>, Dataset<E>, FilterE, FilterR>
  /** Names the evaluation, whose metrics are then `as/mAP` and so on; by default the name of the task. */
  readonly as?: string
  /**
   * What to ask by. Unless given: the template of the prompts that the stage gets (of a mixture, the first of this task), with
   * the wording of this evaluation's task where those were of another.
   */
  readonly template?: TemplateConfig
  /** Also judges every answer; its mean is the metric `reward`. */
  readonly reward?: Reward
  /** Only the first so many examples that can be asked about. */
  readonly limit?: number
  /** Default 256. */
  readonly maxTokens?: number
  /** Questions asked at a time; default 64. Changes no number. */
  readonly batch?: number
  /** Length from which on answers are counted apart in the statistics of tokens; default 3000, the study's. */
  readonly tokenCut?: number
}

type Settings = typeof Settings.Type
const Settings = Schema.Struct(general)

interface Asked {
  readonly example: AnyExample
  readonly asked: unknown
}

/** The examples to ask about, in order. Fails when there is none. */
const wanted = (dataset: Dataset, asks: (example: AnyExample) => unknown, limit = Infinity) =>
  Effect.gen(function*() {
    const found: Array<Asked> = []
    yield* Stream.runForEachWhile(dataset.examples.chunks, (examples) =>
      Effect.sync(() => {
        for (const example of examples) {
          const asked = asks(example)
          if (asked !== undefined && found.length < limit) found.push({ example, asked })
        }
        return found.length < limit
      }))
    if (found.length > 0) return found
    return yield* new DataError({
      path: dataset.name,
      message: `There is nothing to ask about any image of "${dataset.name}", so there is nothing to evaluate on. ` +
        "Loosen the filter or choose another data set."
    })
  })

const greedy = { n: 1, temperature: 0, topP: 1, topK: 0 } as const

/** One greedy answer to each prompt. Greedy sampling draws nothing, so its key does not matter. */
const answer = (prompts: ReadonlyArray<Prompt>, maxTokens: number, round: Questions) =>
  Effect.gen(function*() {
    const sampler = yield* Sampler
    const questions = prompts.map((prompt) => ({ ...questionOf(prompt), key: Random.key(0) }))
    const completions = yield* Effect.provideService(sampler.sample(questions, { ...greedy, maxTokens }), Round, round)
    const rendered = yield* Effect.forEach(questions, (question) => sampler.render(question))
    return prompts.map((_, i) => {
      const completion = completions[i]![0]!
      const said: Said = { text: completion.text, tokenCount: lengthOf(completion), finishReason: completion.finishReason }
      return { said, rendered: rendered[i]! }
    })
  })

const templateFor = (settings: Settings, input: Asking, task: AnyTask): TemplateConfig => {
  if (settings.template !== undefined) return settings.template
  const asking = [input, ...input.others ?? []].find((one) => one.task === task.name)
  if (asking !== undefined) return asking.template
  const { question: _, ...unworded } = input.template
  return worded(unworded, task)
}

const define = <E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields>(
  task: Task<E, Asked, Truth, Answer, Fields>
) =>
  Stage.define({
    kind: "evaluate",
    name: task.name,
    module: import.meta.url,
    exportName: "on",
    config: Schema.Struct({ ...task.evaluation.config.fields, ...general }),
    labelKey: "as",
    problem: (options, { task }) => {
      const { template } = options as unknown as Settings
      return template === undefined ? undefined : wordingProblem(template.question, task)
    },
    parts: {
      task: Node.part<AnyTask>(),
      data: Stage.part<void, Dataset>(),
      filter: Node.optional(Stage.part<Dataset, Dataset>()),
      reward: Node.optional(part)
    },
    subject: "reads",
    needs: [Sampler],
    wants: (options) => ({ ...greedy, maxTokens: (options as unknown as Settings).maxTokens }),
    gives: "input",
    makes: (_, { task }) => [task.name],
    metrics: (_, { reward, task }) => [
      ...task.evaluation.metrics,
      ...Form.metrics,
      Metric.make("minPixels", "pixels", "neither", "image"),
      Metric.make("maxPixels", "pixels", "neither", "image"),
      ...(reward === undefined ? [] : [Metric.make("reward", "", "higher", "completion")])
    ],
    run: (options, input: Asking, { data, filter, reward, task: held }) =>
      Effect.gen(function*() {
        const settings = options as unknown as Settings // the task's own fields apart
        const recorder = yield* Recorder
        const sampler = yield* Sampler
        const inputSize = seenSizes(sampler.inputSize)
        const all = yield* data.run()
        const dataset = (filter === undefined ? all : yield* filter.run(all)) as Dataset<E> // `on` matched the types
        const { asks, keeps, measure } = (held as unknown as typeof task).evaluation // `on` gave it
        const asked = yield* wanted(dataset, (example) => asks(options as never, example as E, dataset), settings.limit)
        const template = templateFor(settings, input, task as never)
        const round: Questions = { count: asked.length }
        const answers: Array<Answered<E, Asked, Truth, Answer>> = []
        const rewards: Array<number> = []
        for (let start = 0; start < asked.length; start += settings.batch) {
          const chunk = asked.slice(start, start + settings.batch)
          const prompts = yield* Effect.forEach(chunk, ({ asked, example }) =>
            Effect.map(inputSize(example.image), (size) => prompt(task, template, example as E, asked as Asked, size)))
          const said = yield* answer(prompts, settings.maxTokens, round)
          const samples = said.map(({ said }, i) => scorable(prompts[i]!, said.text, said.tokenCount))
          const judged = reward === undefined ? [] : yield* lookUp([reward], samples)
          recorder.samples(said.map(({ rendered, said }, i) => {
            const own = prompts[i]!
            const one = { example: chunk[i]!.example as E, prompt: own, said, answer: task.read(said.text, own) }
            answers.push(one)
            const score = reward?.score(judged[i]!)
            if (score !== undefined) rewards.push(score.total)
            return record(own, rendered, said, start + i, score?.parts ?? [], keeps?.(one))
          }))
          recorder.progress(answers.length, asked.length, "images")
        }
        const form = Form.measure(answers.map(({ said }) => said), settings.tokenCut)
        for (const [name, value] of [...measure(answers, dataset, options as never), ...form]) recorder.metric(name, value)
        if (reward !== undefined) recorder.metric("reward", mean(rewards))
        if (sampler.pixelLimits !== undefined) {
          const { maxPixels, minPixels } = yield* sampler.pixelLimits
          recorder.metric("minPixels", minPixels)
          recorder.metric("maxPixels", maxPixels)
        }
      })
  })

/** The constructor of a task's evaluation stage: `Evaluate.detection({ data, mode: "positive", as: "ovdeval" })`. */
export interface Evaluation<E extends AnyExample, Fields extends Schema.Struct.Fields> {
  <DataE, DataR, FilterE = never, FilterR = never>(
    options: Options<E, DataE, DataR, FilterE, FilterR> & Schema.Struct<Fields>["Encoded"]
  ): Stage.Passes<
    Asking,
    DataE | FilterE | DataError | PolicyError | RowsError,
    DataR | FilterR | Sampler | Recorder
  >
}

/**
 * Makes a task's evaluation: `Evaluate.on(task)` is to a task of one's own what `Evaluate.detection` is to detection.
 *
 * The stage asks the policy about held-out examples, greedily, and hands on its input. Its metrics are those of the task,
 * the general ones of `Form`, `reward` where one is given, and between which areas the policy kept the images that it saw
 * (`minPixels`, `maxPixels`), where it can tell; every answer becomes a sample with what the task keeps of
 * it. Examples about which there is nothing to ask are passed over. Fails with `DataError` when none is left.
 */
export const on = <E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields>(
  task: Task<E, Asked, Truth, Answer, Fields>
): Evaluation<E, Fields> => {
  const stage = define(task)
  return (({ data, filter, reward, template, ...options }: Options<E, never, never, never, never>) => {
    const own = template === undefined ? {} : { template: worded(template, task) }
    return stage({ ...options, ...own } as never, { task, data, filter, reward } as never)
  }) as Evaluation<E, Fields> // `stage` knows nothing of the types of data and filter
}
