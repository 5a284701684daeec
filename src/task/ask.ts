/** From an example to the prompt that asks about it. */
import type * as Schema from "effect/Schema"
import type { Message } from "../model/message.ts"
import type { Size } from "../vision/Box.ts"
import type { AnyExample } from "./dataset.ts"
import type { Prompt } from "./prompt.ts"
import type { Convention } from "./Task.ts"
import type { TemplateConfig } from "./template.ts"

/** The messages of a question: the image unless it is hidden, then the text, with the request where the template puts it. */
export const messages = ({ image, place, request }: TemplateConfig, question: string): ReadonlyArray<Message> => {
  const shown = image === "hidden" ? [] : [{ type: "image" } as const]
  const user = (text: string): Message => ({ role: "user", content: [...shown, { type: "text", text }] })
  switch (place) {
    case "before":
      return [user(`${request}\n${question}`)]
    case "after":
      return [user(`${question} ${request}`)]
    case "system":
      return [{ role: "system", content: request }, user(question)]
  }
}

/** The prompt of a task's question about an example; `input` is the size at which the model sees its image. */
export const prompt = <E extends AnyExample, Asked, Truth, Answer, Fields extends Schema.Struct.Fields>(
  task: Convention<E, Asked, Truth, Answer, Fields>,
  template: TemplateConfig,
  example: E,
  asked: Asked,
  input: Size
): Prompt<Asked, Truth> => {
  const space = template.space ?? "resized"
  const seen = { input, space }
  const inSpace = task.inSpace?.(asked, example.image, seen) ?? asked
  const truth = task.truth(example, inSpace, seen)
  return {
    task: task.name,
    id: example.id,
    image: example.image,
    input,
    space,
    messages: messages(template, task.fill(template.question ?? task.wording, inSpace)),
    asked: inSpace,
    truth,
    solution: task.solution(inSpace, truth),
    ...(example.columns === undefined ? {} : { columns: example.columns })
  }
}
