/** Whether a server reads a prompt as the model's folder here says: otherwise its pictures, and so its boxes, are others. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Message } from "../../model/message.ts"
import type { Text } from "../../model/modelText.ts"
import { exits } from "../../pipeline/Errors.ts"
import type { ChatCompletion } from "../../protocol/chat.ts"
import type { Size } from "../../vision/Box.ts"
import { PolicyError } from "../policyError.ts"

/** Tokens of a prompt with its pictures, each a visual token for `factor` x `factor` pixels. */
export const promptTokens = (text: Text, messages: ReadonlyArray<Message>, images: ReadonlyArray<Size>, factor: number) =>
  Result.map(
    text.render(messages, { addGenerationPrompt: true }),
    (rendered) => text.encode(rendered).length + images.reduce((sum, { height, width }) => sum + (width * height) / factor ** 2 - 1, 0)
  )

/** Fails where the server counted another number of tokens than `expected`; it is believed where it does not say. */
export const readAlike = ({ usage }: ChatCompletion, expected: number, url: string, folder: string): Effect.Effect<void, PolicyError> => {
  const counted = usage?.prompt_tokens ?? expected
  return counted === expected ? Effect.void : Effect.fail(
    new PolicyError({
      operation: "sample",
      message: `${url} reads ${counted} tokens of a prompt that has ${expected} by ${folder}: it resizes pictures, or has another template. ` +
        "Name the folder that it serves, and pixels within its own limits (vLLM: --mm-processor-kwargs).",
      exitCode: exits.invalid,
      everybodys: true
    })
  )
}
