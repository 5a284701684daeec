/** The text side of a model folder, whose packages come with it: a study that only names a policy loads none of them. */
import * as Effect from "effect/Effect"

/** `load` of modelText.ts. Fails as it does. */
export const loadText = (folder: string) => Effect.flatMap(Effect.promise(() => import("./modelText.ts")), ({ load }) => load(folder))
