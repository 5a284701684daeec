import type { LabeledBox, Size, Spoken } from "../vision/Box.ts"

/** A chat message in the shape that Hugging Face chat templates read. */
export interface Message {
  readonly role: "system" | "user" | "assistant"
  readonly content: string | ReadonlyArray<{ readonly type: "image" } | { readonly type: "text"; readonly text: string }>
}

/** A question about one image, with its true answer. */
export interface Prompt {
  /** Id of the example it was made from. */
  readonly id: string
  readonly image: Size & { readonly path: string }
  /** Size at which the model sees the image. */
  readonly input: Size
  /** Space of the boxes in `truth`, `solution` and completions. */
  readonly space: Spoken
  readonly messages: ReadonlyArray<Message>
  /** Labels asked for. */
  readonly labels: ReadonlyArray<string>
  readonly truth: ReadonlyArray<LabeledBox<Spoken>>
  /** The true answer as a completion should give it, think and answer tags included. */
  readonly solution: string
}

/** The prompts of a data set and the template that made them, which evaluation asks its own questions with. */
export interface Prompts {
  readonly template: TemplateConfig
  readonly prompts: ReadonlyArray<Prompt>
}

/** Config of a prompt template: question wording, request for tags, and where the request stands. */
export interface TemplateConfig {
  readonly name: string
  /** With `{labels}` where the labels go. */
  readonly question: string
  /** The request for think and answer tags. */
  readonly request: string
  readonly place: "before" | "after" | "system"
  /** Pixels of the image as the model sees it ("resized", as Qwen2.5-VL speaks; the default) or "thousand" (Qwen3-VL). */
  readonly space?: Spoken
}

export { make } from "./detection/question.ts"
export { template } from "../prompt/template.ts"
export { enhanced, fixedSpace, missingSpace, standard, system } from "../prompt/templates.ts"
