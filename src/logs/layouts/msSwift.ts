/**
 * ms-swift: with `--log_completions true`, completions.jsonl has a line a logged step, whose columns are lists; logging.jsonl has the
 * numbers. Its Megatron and Ray trainers write `gen_step` for `step`, and the latter a line a completion.
 *
 * Source: ms-swift 4.6.0, swift/rlhf_trainers/grpo_trainer.py (`log`), swift/trainers/patcher.py, swift/megatron/callbacks/print.py,
 * swift/ray/megatron/base_trainer.py.
 */
import { type Layout, numbersIn, stepOf } from "../layout.ts"

/** What says the step, and how much of the training is done. */
const steps = ["step", "global_step/max_steps", "iteration"] as const

export const msSwift: Layout = {
  name: "msSwift",
  completions: /^completions\.jsonl$/,
  metrics: /^logging\.jsonl$/,
  columns: {
    step: ["step", "gen_step"],
    prompt: "prompt",
    completion: "completion",
    solution: ["solution"],
    total: ["reward"],
    advantage: ["advantages", "advantage"]
  },
  numbers: (row) => {
    const step = steps.map((name) => stepOf(row[name])).find((found) => found !== undefined)
    return step === undefined ? undefined : { step, metrics: numbersIn(row, steps) }
  }
}
