/** Chat messages. */

/** A message in the shape that Hugging Face chat templates read. */
export interface Message {
  readonly role: "system" | "user" | "assistant"
  readonly content: string | ReadonlyArray<{ readonly type: "image" } | { readonly type: "text"; readonly text: string }>
}

/** What a model is asked: messages, and the files of the images that they mention, in order. */
export interface Question {
  readonly messages: ReadonlyArray<Message>
  readonly images: ReadonlyArray<string>
}
