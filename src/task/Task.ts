/**
 * Tasks: one convention each of what an example is, how it is asked, what its true answer looks like, and how an answer is
 * read, kept and measured.
 */
import * as Schema from "effect/Schema"
import type { Metric } from "../pipeline/declare/Metric.ts"
import * as Node from "../pipeline/declare/Node.ts"
import type { SampleRecord } from "../pipeline/run/Records.ts"
import type { Size, Spoken } from "../vision/Box.ts"
import type { AnyExample, Dataset } from "./dataset.ts"
import type { Prompt } from "./prompt.ts"

/** How a model sees an example's image, and in which space it speaks of boxes. */
export interface Seen {
  readonly input: Size
  readonly space: Spoken
}

/** What a model said, as far as it can be measured. */
export interface Said {
  readonly text: string
  readonly tokenCount: number
  readonly finishReason: "stop" | "length"
}

/** One example of an evaluation, what was asked about it, and what was answered. */
export interface Answered<E, Asked, Truth, Answer> {
  readonly example: E
  readonly prompt: Prompt<Asked, Truth>
  readonly said: Said
  readonly answer: Answer
}

type Tables = NonNullable<SampleRecord["tables"]>

/** How held-out examples are asked and judged. */
export interface Evaluation<E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields> {
  /** Config of the task's own, such as whether to ask for absent labels too. */
  readonly config: Schema.Struct<Fields>
  /** What is asked of an example; undefined passes it over. */
  readonly asks: (config: Schema.Struct<Fields>["Type"], example: E, dataset: Dataset<E>) => Asked | undefined
  /** What `measure` may give. */
  readonly metrics: ReadonlyArray<Metric>
  /** Values by name; a metric that these answers do not have is left out. */
  readonly measure: (
    answers: ReadonlyArray<Answered<E, Asked, Truth, Answer>>,
    dataset: Dataset<E>,
    config: Schema.Struct<Fields>["Type"]
  ) => ReadonlyArray<readonly [name: string, value: number]>
  /** Rows that the task keeps of an answer in tables of its own, boxes in pixels of the image file. */
  readonly keeps?: (answered: Answered<E, Asked, Truth, Answer>) => Tables
}

/** What a task is defined by. */
export interface Convention<E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields> {
  readonly name: string
  /** How the question is worded where the template does not say, with `mark` where what is asked goes. */
  readonly wording: string
  /** Such as `{labels}`; a list where a wording must hold several. */
  readonly mark: string | ReadonlyArray<string>
  /** Puts what is asked into a wording. */
  readonly fill: (wording: string, asked: Asked) => string
  /** What training asks of an example; undefined passes it over. */
  readonly trains: (example: E) => Asked | undefined
  /** What is asked, in whole numbers of the space that the model speaks; as it is unless given. `image` is the size of the file. */
  readonly inSpace?: (asked: Asked, image: Size, seen: Seen) => Asked
  /** The true answer, in whole numbers of the space that the model speaks. JSON. */
  readonly truth: (example: E, asked: Asked, seen: Seen) => Truth
  /** The true answer as a completion should give it, think and answer tags included. */
  readonly solution: (asked: Asked, truth: Truth) => string
  /** Reads a completion as kindly as possible. Never throws, whatever the text. */
  readonly read: (text: string, prompt: Prompt<Asked, Truth>) => Answer
  /** Rows that the task keeps of a training sample in tables of its own, boxes in the space that the model speaks. */
  readonly keeps?: (prompt: Prompt<Asked, Truth>, answer: Answer) => Tables
  readonly evaluation: Evaluation<E, Asked, Truth, Answer, Fields>
}

/** A task, as a node that stages hold, so that its code is part of their fingerprints. */
export interface Task<E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields = {}>
  extends Node.Node, Convention<E, Asked, Truth, Answer, Fields>
{}

/** A task of any types. Whoever holds one found it by the name that a prompt of its own carries. */
export type AnyTask = Node.Node & Convention<never, never, never, unknown, Schema.Struct.Fields>

const known = new Map<string, AnyTask>()

/**
 * Makes a task, and makes it known by its name, which prompts carry.
 *
 * ```ts
 * export const counting = Task.define({ name: "counting", module: import.meta.url, mark: "{what}", ... })
 * ```
 */
export const define = <E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields>(
  definition: Convention<E, Asked, Truth, Answer, Fields> & Pick<Node.Definition<{}, {}>, "module" | "exportName">
): Task<E, Asked, Truth, Answer, Fields> => {
  const { exportName, module, ...convention } = definition
  const build = Node.define(
    { kind: "task", name: definition.name, module, config: Schema.Struct({}), ...(exportName === undefined ? {} : { exportName }) },
    () => convention
  )
  const task = build({}, {})
  const other = known.get(task.name)
  if (other !== undefined && other.code.module !== module) {
    throw new Error(`two tasks are called "${task.name}", one in ${other.code.module}, one in ${module}; rename one`)
  }
  known.set(task.name, task as unknown as AnyTask)
  return task
}

/** The task of a prompt. Throws when no module that was loaded defines it. */
export const named = (name: string): AnyTask => {
  const task = known.get(name)
  if (task === undefined) throw new Error(`no task is called "${name}"; import the module that defines it in the study`)
  return task
}
