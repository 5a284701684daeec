/** Opens the model, and serves its training. */
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { open } from "../../../server/tinker/base.ts"
import { handlerOf } from "../../../server/tinker/handler.ts"
import type { Listening } from "../flags.ts"
import { untilStopped } from "../untilStopped.ts"

interface Options extends Listening {
  readonly folder: string
  readonly checkpoints: string
}

export const tinker = Effect.fn("serve tinker")(function*({ checkpoints, folder, ...listening }: Options) {
  const base = yield* open(folder)
  return yield* untilStopped(base.name, yield* handlerOf(base, resolve(checkpoints)), listening)
}, Effect.scoped)
