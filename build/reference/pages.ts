/** Every page of the reference, by its path below docs/reference: made of what the sources say, so that nothing in it is written twice. */
import * as Effect from "effect/Effect"
import { apiPages } from "./api.ts"
import { commandsPage } from "./commands.ts"
import { metricsPage, rewardsPage } from "./definitions.ts"
import { schema } from "./schema.ts"

export const referencePages = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ["commands.md", await Effect.runPromise(commandsPage)],
    ["metrics.md", metricsPage()],
    ["rewards.md", rewardsPage()],
    ["runs-db.md", schema()],
    ...Object.entries(apiPages()).map(([file, text]) => [`api/${file}`, text] as const)
  ])
