/** Prompts: questions about one image with their true answers. */
import { type Message, mentionsImage, type Question } from "../model/message.ts"
import type { Json } from "../pipeline/json.ts"
import type { Rows } from "../pipeline/Rows.ts"
import type { Size, Spoken } from "../vision/Box.ts"
import type { TemplateConfig } from "./template.ts"

/** A question about one image, with its true answer. What `asked` and `truth` are, its task says. */
export interface Prompt<out Asked = unknown, out Truth = unknown> {
  /** Name of its task. */
  readonly task: string
  /** Id of the example it was made from. */
  readonly id: string
  readonly image: Size & { readonly path: string }
  /** Size at which the model sees the image. */
  readonly input: Size
  /** Space of the boxes in `truth`, `solution` and completions. */
  readonly space: Spoken
  readonly messages: ReadonlyArray<Message>
  readonly asked: Asked
  readonly truth: Truth
  /** The true answer as a completion should give it, think and answer tags included. */
  readonly solution: string
  /** What else the example carried, for rewards that look at it; by name. */
  readonly columns?: { readonly [name: string]: Json }
}

/** What the model is asked: the messages, with the picture if they show it. */
export const questionOf = ({ image, messages }: Pick<Prompt, "image" | "messages">): Question => ({
  messages,
  images: messages.some(mentionsImage) ? [image.path] : []
})

/** By which task and template prompts were made: what an evaluation asks by, unless it is told otherwise. */
export interface Asking {
  readonly task: string
  readonly template: TemplateConfig
  /** The other ways of asking where prompts are a mixture. */
  readonly others?: ReadonlyArray<{ readonly task: string; readonly template: TemplateConfig }>
}

/** The prompts of a data set. */
export interface Prompts extends Asking {
  readonly rows: Rows<Prompt>
}

/** Prompts of one training step, in memory. */
export interface PromptBatch extends Asking {
  readonly rows: ReadonlyArray<Prompt>
}
