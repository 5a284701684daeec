/** `assay serve rewards`: rewards for trainers that call them over HTTP. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { rewardNames } from "../../../workspace/offered.ts"
import { action } from "../../action.ts"
import { listening } from "../flags.ts"

const config = {
  rewards: Flag.String("rewards").pipe(
    Flag.withDescription("Rewards of requests that name none, comma-separated; ./mine.ts#brevity also offers one of your own, as brevity"),
    Flag.withDefault("weightedSum")
  ),
  ...listening
} as const

export const rewards = Command.make(
  "rewards",
  config,
  (options) => action(() => import("./action.ts"), ({ rewards }) => rewards(options))
).pipe(
  Command.withDescription(
    "Serve every reward. A request chooses by ?rewards=weightedSum,format&variant=fixed, and gets their sum:\n\n" +
      "  POST /score     {\"completions\": [...], \"solutions\": [...], \"tokens\": [...], \"columns\": {...}} gives totals, parts, errors\n" +
      "  POST /openrlhf  {\"query\": [...], \"prompts\": [...], \"labels\": [...]} gives rewards, scores, extra_logs\n" +
      "  POST /slime     {\"prompt\": ..., \"response\": ..., \"label\": ...} gives a number\n" +
      "  GET /           says what is served\n\n" +
      "Solutions and labels are written as `assay score` wants them. What cannot be judged is an error, never a mark.\n" +
      "TRL, ms-swift, verl and EasyR1 call it by the files in the package's folder shims/.\n\n" +
      `Rewards: ${rewardNames.join(", ")}.`
  ),
  Command.withExamples([
    { command: "assay serve rewards" },
    { command: "assay serve rewards --rewards weightedSum,./mine.ts#brevity --port 9000" },
    { command: "REWARD_TOKEN=... assay serve rewards --host 0.0.0.0 --token-variable REWARD_TOKEN", description: "For other machines" }
  ])
)
