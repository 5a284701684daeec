/** Opens the model, and serves it. */
import * as Effect from "effect/Effect"
import { handlerOf } from "../../../server/openai/handler.ts"
import { open } from "../../../server/model/model.ts"
import type { Listening } from "../flags.ts"
import { untilStopped } from "../untilStopped.ts"

interface Options extends Listening {
  readonly folder: string
}

export const openai = Effect.fn("serve openai")(function*({ folder, ...listening }: Options) {
  const model = yield* open(folder)
  return yield* untilStopped(model.name, yield* handlerOf(model), listening)
}, Effect.scoped)
