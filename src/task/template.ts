/** Templates: how a question is put, whatever its task. */
import * as Schema from "effect/Schema"
import { withDefault } from "../pipeline/declare/ConfigCodec.ts"
import type { Spoken } from "../vision/Box.ts"

/** A wording of the question, and of the request that goes with it. */
export interface TemplateConfig {
  readonly name: string
  /** Wording of the question, with the task's own mark where what is asked goes; the task's wording unless given. */
  readonly question?: string
  /** The request for think and answer tags. */
  readonly request: string
  readonly place: "before" | "after" | "system"
  /** Pixels of the image as the model sees it ("resized", as Qwen2.5-VL speaks; the default) or "thousand" (Qwen3-VL). */
  readonly space?: Spoken
  /** "hidden" asks without the picture: how well can be answered blind, by what is common alone? "shown" unless given. */
  readonly image?: "shown" | "hidden"
}

/** Config of a template whose question is worded. */
export const Template = Schema.Struct({
  name: Schema.NonEmptyString,
  question: Schema.NonEmptyString,
  request: Schema.String,
  place: Schema.Literals(["before", "after", "system"]),
  space: withDefault(Schema.Literals(["resized", "thousand"]), "resized"),
  image: withDefault(Schema.Literals(["shown", "hidden"]), "shown")
})

interface Wording {
  readonly name: string
  readonly wording: string
  readonly mark: string | ReadonlyArray<string>
}

/** The template with its question worded: by itself, or else by the task. */
export const worded = (template: TemplateConfig, task: Wording): typeof Template.Encoded => ({
  ...template,
  question: template.question ?? task.wording
})

/** What is wrong with a question that a task is to be asked by; undefined if nothing. */
export const wordingProblem = (question: string, { mark, name }: Wording): string | undefined => {
  const missing = [mark].flat().find((one) => !question.includes(one))
  return missing === undefined
    ? undefined
    : `question must hold ${missing}, where what the task "${name}" asks about goes.`
}
