/**
 * TRL's trainers: with `log_completions`, GRPO writes one Parquet table a logged step into the folder `completions`; every trainer of
 * Transformers writes the numbers that it logged into trainer_state.json, beside each checkpoint, which every layout reads.
 *
 * Source: TRL 1.16.0, trl/trainer/grpo_trainer.py (`log`). Where it evaluates at a step that it logs, the table of that step is
 * written over with what was generated last.
 */
import { type Layout, type Numbers, numbersIn, type Row, stepOf } from "../layout.ts"

/** A row of the log of a trainer of Transformers, as it stands in `log_history`. */
export const logged = (row: Row): Numbers | undefined => {
  const step = stepOf(row["step"])
  return step === undefined ? undefined : { step, metrics: numbersIn(row, ["step"]) }
}

export const trl: Layout = {
  name: "trl",
  completions: /^(completions\/)?completions_\d+\.parquet$/,
  metrics: /^log_history\.jsonl$/,
  columns: {
    step: ["step"],
    prompt: "prompt",
    completion: "completion",
    solution: ["solution", "ground_truth"],
    total: [],
    advantage: ["advantage", "advantages"]
  },
  numbers: logged
}
