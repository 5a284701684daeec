/** `assay import`: the training of another program, by its logs. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { action } from "../action.ts"
import { db, json } from "../flags.ts"

const name = (text: string): boolean => text.trim() !== ""

const config = {
  paths: Argument.String("FILE").pipe(
    Argument.withDescription("Files of a trainer's log, or the folder that it wrote its output into"),
    Argument.variadic({ min: 1 })
  ),
  experiment: Flag.String("as").pipe(
    Flag.withDescription("Experiment that the run is to stand in; made where there is none"),
    Flag.withMetavar("EXPERIMENT"),
    Flag.filter(name, () => "a name")
  ),
  variant: Flag.String("variant").pipe(
    Flag.withDescription("Row of its table; the first one imported is the baseline"),
    Flag.withMetavar("NAME"),
    Flag.filter(name, () => "a name")
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Seed that the training had; several make means and intervals"),
    Flag.filter((seed) => seed >= 0, () => "a whole number, 0 or more"),
    Flag.withDefault(0)
  ),
  layout: Flag.String("layout").pipe(
    Flag.withDescription("trl, msSwift or verl (default: as names and columns tell)"),
    Flag.withMetavar("LAYOUT"),
    Flag.optional
  ),
  tokenizer: Flag.String("tokenizer").pipe(
    Flag.withDescription("Model folder to count the tokens of completions by (default: not counted)"),
    Flag.withMetavar("FOLDER"),
    Flag.optional
  ),
  replace: Flag.Boolean("replace").pipe(
    Flag.withDescription("Take the place of a run that came from elsewhere"),
    Flag.withDefault(false)
  ),
  db,
  json
} as const

export const importCommand = Command.make(
  "import",
  config,
  (options) => action(() => import("./action.ts"), ({ importCommand }) => importCommand(options))
).pipe(
  Command.withDescription(
    "Import the log of a training that another program did, TRL, ms-swift or verl: its curves, completions and parts of the reward\n" +
      "then stand in the same tables and views as those of one's own runs. One call adds one run."
  ),
  Command.withExamples([
    { command: "assay import out/grpo --as trainers --variant TRL", description: "A TRL trainer's output_dir" },
    { command: "assay import out/v0-20261128 --as trainers --variant ms-swift --seed 1" },
    { command: "assay import rollouts metrics.jsonl --as trainers --variant verl", description: "verl's rollout_data_dir and its file logger's file" }
  ])
)
