/** What a command does is loaded when it is asked for, which keeps start-up short. */
import * as Effect from "effect/Effect"

export const action = <Module, A, E, R>(
  load: () => Promise<Module>,
  use: (module: Module) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Effect.flatMap(Effect.promise(load), use)
