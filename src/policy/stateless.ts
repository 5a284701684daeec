/** The state of a policy that has none. */
import { writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Subject } from "../pipeline/run/services.ts"
import { reasonOf } from "../pipeline/reason.ts"

/** For a policy that never changes, such as one that only samples: there is nothing to save or to load. */
export const stateless: Layer.Layer<Subject> = Layer.succeed(Subject, {
  save: (path) =>
    Effect.tryPromise({
      try: () => writeFile(path, ""),
      catch: (cause) => ({ message: `${path} cannot be written (${reasonOf(cause)}).` })
    }),
  load: () => Effect.void
})
