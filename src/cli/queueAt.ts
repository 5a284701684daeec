/** The queue that a command line names. */
import * as Effect from "effect/Effect"
import * as Queue from "../queue/index.ts"
import { Failure } from "./failure.ts"

/** Fails where the words name no queue. */
export const queueAt = (text: string): Effect.Effect<Queue.Address, Failure> =>
  Effect.try({
    try: () => Queue.parse(text),
    catch: (cause) => {
      if (!(cause instanceof Queue.QueueError)) throw cause
      return new Failure({ exitCode: cause.exitCode, message: cause.message })
    }
  })
