/** A reward of one's own: short answers. */
import { Reward } from "assay"
import { Config } from "assay/engine"
import * as Schema from "effect/Schema"

/**
 * 1 for an answer of at most `characters` characters (120 unless given), falling to 0 at twice as many. In [0, 1].
 *
 * A reward is exported under its own name, so that its fingerprint can follow its code.
 */
export const brevity = Reward.define({
  name: "brevity",
  module: import.meta.url,
  config: Schema.Struct({ characters: Config.withDefault(Config.Count, 120) }),
  score: ({ characters }, { completion }) => {
    const over = Math.max(0, completion.length - characters) / characters
    return Math.max(0, 1 - over)
  }
})
