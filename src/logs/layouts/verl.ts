/**
 * verl: `trainer.rollout_data_dir` gets a file STEP.jsonl a step, with a line a completion; `trainer.logger=file` writes the numbers,
 * `{"step": 3, "data": {...}}` a line, into a file that the environment's VERL_FILE_LOGGER_PATH names.
 *
 * Source: verl 0.9.1, verl/trainer/ppo/ray_trainer.py (`_write_generations`), verl/utils/tracking.py (`FileLogger`). What the reward
 * function returns beside `score` are further columns.
 */
import { isRow, type Layout, numbersIn, stepOf } from "../layout.ts"

export const verl: Layout = {
  name: "verl",
  completions: /^\d+\.jsonl$/,
  metrics: /^metrics\.jsonl$/,
  columns: { step: ["step"], prompt: "input", completion: "output", solution: ["gts"], total: ["score"], advantage: [] },
  numbers: ({ data, step: said }) => {
    const step = stepOf(said)
    return step === undefined || !isRow(data) ? undefined : { step, metrics: numbersIn(data, []) }
  }
}
