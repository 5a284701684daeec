/** Whether answers whose thoughts the server took apart are put together again as the model said them, as far as that can be seen. */
import * as Effect from "effect/Effect"
import { type ChatCompletion, takenApart } from "../../protocol/chat.ts"
import type { Completion } from "../sampler.ts"

/** Says so, once, where the text that was put together has another number of tokens than the server counted. */
export const sayer = (url: string, folder: string) => {
  let said = false
  return ({ choices }: ChatCompletion, completions: ReadonlyArray<Completion>): Effect.Effect<void> =>
    Effect.suspend(() => {
      const other = completions.find(({ tokenCount }, i) => tokenCount !== undefined && takenApart(choices[i]!))
      if (said || other === undefined) return Effect.void
      said = true
      return Effect.logWarning(
        `${url} takes thoughts apart from answers, and does not send all that the model said: put together, one has ${other.tokens.length} tokens by ${folder}, where ` +
          `the server counted ${other.tokenCount}. Line breaks beside the tags are lost, for rewards too; lengths are the server's. Start it without its parser of reasoning.`
      )
    })
}
