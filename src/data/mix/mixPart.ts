/** One part of a mixture: stages from data to prompts, its name and its ratio. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Config from "../../pipeline/declare/Config.ts"
import * as Node from "../../pipeline/declare/Node.ts"
import { labels } from "../../pipeline/declare/Paths.ts"
import * as Stage from "../../pipeline/declare/Stage.ts"
import * as Random from "../../pipeline/Random.ts"
import { StageKey } from "../../pipeline/run/services.ts"
import type { Prompts } from "../../task/prompt.ts"

/** Made by `mix`, which saw to it that the stages fit each other, and that prompts come out. */
export const mixPart = Stage.define({
  kind: "data",
  name: "part",
  module: import.meta.url,
  exportName: "mixPart",
  config: Schema.Struct({ as: Schema.NonEmptyString, ratio: Config.NonNegative }),
  labelKey: "as",
  parts: { stages: Node.list(Stage.part<unknown, unknown>()) },
  subject: "reads",
  makes: (_, { stages }) => stages.at(-1)?.makes,
  problem: ({ as }, { stages }) => {
    const passing = stages.find(({ gives }) => gives === "input")
    return passing === undefined
      ? undefined
      : `"${as}" holds "${passing.label}", which makes no prompts. A part is data, filters and a prompt template; put the rest ` +
        "behind the mixture."
  },
  run: (_, _input: unknown, { stages }) =>
    Effect.gen(function*() {
      const key = yield* StageKey
      let value: unknown
      for (const [i, label] of labels(stages).entries()) {
        value = yield* Effect.provideService(stages[i]!.run(value), StageKey, Random.fold(key, label))
      }
      return value as Prompts
    })
})
