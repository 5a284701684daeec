/** `assay doctor`: whether a reward can be fooled. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { attacks, rewardNames } from "../../workspace/offered.ts"
import { action } from "../action.ts"
import { json, variant } from "../flags.ts"

const config = {
  reward: Flag.String("reward").pipe(
    Flag.withDescription("Comma-separated names, or ./mine.ts#brevity for one of your own (default: all that come with assay)"),
    Flag.withDefault(rewardNames.join(","))
  ),
  variant,
  strict: Flag.Boolean("strict").pipe(
    Flag.withDescription("Exit with 1 when an attack pays, the truth is beaten, or the reward cannot judge"),
    Flag.withDefault(false)
  ),
  json
} as const

export const doctor = Command.make(
  "doctor",
  config,
  (options) => action(() => import("./action.ts"), ({ doctor }) => doctor(options))
).pipe(
  Command.withDescription(
    "Attack a reward of detection: does it rise when an answer is made no better? Does the true answer score the most?\n\n" +
      `${attacks.map(({ name, what }) => `${name}: ${what}`).join("\n")}\n\n` +
      "rises: the attack pays in some case; free: it costs nothing where something could be lost; falls: it costs.\n\n" +
      `Rewards: ${rewardNames.join(", ")}.`
  ),
  Command.withExamples([
    { command: "assay doctor --reward ap,odLength", description: "Why 50 appended boxes are a problem, and what helps" },
    { command: "assay doctor --reward ./mine.ts#brevity --strict", description: "For CI" }
  ])
)
