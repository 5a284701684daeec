/** Chat messages. */

/** A message in the shape that Hugging Face chat templates read. */
export interface Message {
  readonly role: "system" | "user" | "assistant"
  readonly content: string | ReadonlyArray<{ readonly type: "image" } | { readonly type: "text"; readonly text: string }>
}

/** What a model is asked: messages, and the images that they mention, in order: their files, or data URIs. */
export interface Question {
  readonly messages: ReadonlyArray<Message>
  readonly images: ReadonlyArray<string>
}

export const mentionsImage = ({ content }: Message): boolean =>
  typeof content !== "string" && content.some(({ type }) => type === "image")

/** The pieces of text in messages, in order. */
export const textsIn = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.flatMap(({ content }) =>
    typeof content === "string" ? [content] : content.flatMap((piece) => piece.type === "text" ? [piece.text] : [])
  )
