/** The cosine reward of a completion's length. */
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import { weightedSum } from "../task/detection/reward/weightedSum.ts"
import { define, part, type Reward } from "../task/reward.ts"
import { Variant } from "../task/variant.ts"

/** From `atZero` tokens' worth to `atMaximum`, along half a cosine of `maxLength` tokens. */
const curve = (tokens: number, maxLength: number, atZero: number, atMaximum: number): number =>
  atZero - (atZero - atMaximum) * (1 - Math.cos(tokens * Math.PI / maxLength)) / 2

const reward = define({
  name: "cosine",
  module: import.meta.url,
  config: Schema.Struct({
    variant: Variant,
    maxLength: Config.withDefault(Config.Positive, 1024),
    correctFrom: Config.withDefault(Schema.Finite, 0.7)
  }),
  parts: { accuracy: part },
  score: ({ correctFrom, maxLength, variant }, sample, { accuracy }) => {
    if (sample.tokens === undefined) {
      throw new Error("cosine needs the completion's length in tokens, the field `tokens` of a row")
    }
    if (variant === "faithful") return curve(sample.tokens, maxLength, 1, 0.5)
    const tokens = Math.min(sample.tokens, maxLength)
    const judged = accuracy.score(sample)
    const failed = judged.parts.find(({ error }) => error !== undefined)
    if (failed !== undefined) throw new Error(failed.error)
    return judged.total >= correctFrom
      ? curve(tokens, maxLength, 1, 0.5)
      : curve(tokens, maxLength, -0.5, 0)
  }
})

/**
 * Reward of a length: 1 for a short correct answer falling to 0.5 at `maxLength` tokens, and -0.5 for a short wrong one
 * rising to 0. Without a token count: error, 0.
 *
 * `fixed`: an answer is correct when `accuracy` (default: `weightedSum`, fixed) gives at least `correctFrom`, 0.7;
 * lengths beyond `maxLength` count as `maxLength`.
 * `faithful`: the published code treats every answer as correct, and the reward rises again beyond `maxLength`.
 *
 * Source: VLM-R1 findings, section 4.1, after arXiv 2502.03373.
 */
export const cosine = (config: Parameters<typeof reward>[0] = {}, accuracy: Reward = weightedSum()): Reward =>
  reward(config, { accuracy })
