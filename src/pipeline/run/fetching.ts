/** What is told of files that are fetched from elsewhere: for a display. */
import * as Context from "effect/Context"

/** `done` of `total` bytes of what goes by `name`; at the end both are equal. Or words for the person at the terminal. */
export type Event =
  | { readonly _tag: "Fetched"; readonly name: string; readonly done: number; readonly total: number }
  | { readonly _tag: "Said"; readonly message: string }

/** Where events go; nowhere unless provided. It must not throw. */
export const Fetching = Context.Reference<(event: Event) => void>("assay/pipeline/Fetching", {
  defaultValue: () => () => {}
})
