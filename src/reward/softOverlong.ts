/** The soft overlong punishment. */
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import { define } from "../task/reward.ts"

/**
 * Punishment for length: 0 up to `maxLength - margin` tokens, from there down to -1 at `maxLength`, and -1 beyond. Without a
 * token count: error, 0.
 *
 * `margin` is at most `maxLength`. Source: DAPO, arXiv 2503.14476, equation 13 ("soft overlong punishment").
 */
export const softOverlong = define({
  name: "softOverlong",
  module: import.meta.url,
  config: Schema.Struct({ maxLength: Config.Count, margin: Config.Count }).check(
    Schema.makeFilter(({ margin, maxLength }) => margin <= maxLength ? undefined : `margin ${margin} is over maxLength ${maxLength}; it is at most that`)
  ),
  score: ({ margin, maxLength }, { tokens }) => {
    if (tokens === undefined) {
      throw new Error("softOverlong needs the completion's length in tokens, the field `tokens` of a row")
    }
    return tokens <= maxLength - margin ? 0 : Math.max(-1, (maxLength - margin - tokens) / margin)
  }
})
