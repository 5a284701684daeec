/** `assay samples`: completions of a run. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, json, run } from "../flags.ts"

const config = {
  run,
  limit: Flag.Int("limit").pipe(
    Flag.withDescription("How many samples (default 8)"),
    Flag.filter((limit) => limit >= 1, () => "a number of samples, at least 1"),
    Flag.withDefault(8)
  ),
  out: Flag.String("out").pipe(
    Flag.withDescription(
      "Write a picture of each sample into this folder, with true (green) and predicted (red) boxes"
    ),
    Flag.withMetavar("DIR"),
    Flag.optional
  ),
  db,
  json
} as const

export const samples = Command.make(
  "samples",
  config,
  (options) => action(() => import("./action.ts"), ({ samples }) => samples(options))
).pipe(
  Command.withDescription("Print held-out completions of a run with every part of their reward, and draw their boxes"),
  Command.withExamples([
    { command: "assay samples 3" },
    { command: "assay samples 3 --limit 50 --out pictures" },
    { command: "assay samples 3 --json" }
  ])
)
