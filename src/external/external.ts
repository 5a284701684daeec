/** The update stage whose training another program does. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { named } from "../logs/named.ts"
import * as Stage from "../pipeline/declare/Stage.ts"
import { Portable } from "../policy/portable.ts"
import { Sampler } from "../policy/sampler.ts"
import * as Summary from "../reward/Summary.ts"
import { fileHash } from "../task/hashing.ts"
import type { Prompts } from "../task/prompt.ts"
import { part, type Reward } from "../task/reward.ts"
import { incidental, config, microBatchOf, type Settings } from "./settings.ts"
import { train } from "./train.ts"
import { trainers } from "./trainers.ts"
import * as WorkFolder from "./WorkFolder.ts"

/** What does not go together in a config. */
const problem = (settings: Settings): string | undefined => {
  const completions = settings.batch * settings.groupSize
  const each = microBatchOf(settings)
  if (completions % each !== 0) {
    return `microBatch: ${each} does not divide the ${completions} completions of a step (batch ${settings.batch} x groupSize ${settings.groupSize}).`
  }
  const taken = Object.keys(settings.settings).find((key) => trainers[settings.trainer].sets.includes(key))
  return taken === undefined ? undefined : `settings.${taken}: the stage sets it, by its own config or so as to follow the training. Leave it out.`
}

/** What trainers say of each step that the other updates say, too. */
const told = ["loss", "kl", "entropy", "clip_ratio/region_mean", "grad_norm", "learning_rate", "frac_reward_zero_std"]

const make = Stage.define({
  kind: "update",
  name: "external",
  // it stands where a loop would: by the same name it draws the same prompts, and the same override and the same metric mean both
  label: "loop",
  module: import.meta.url,
  config,
  incidental,
  problem,
  parts: { reward: part },
  content: ({ trainer }) =>
    Effect.map(Effect.forEach(WorkFolder.scriptsOf(trainers[trainer]), (script) => fileHash(join(WorkFolder.scripts, script))), (hashes) => hashes.join(" ")),
  subject: "changes",
  needs: [Portable, Sampler],
  gives: "input",
  random: true,
  steps: ({ steps }) => steps,
  metrics: (_, { reward }) => [
    ...Summary.metricsOf(reward),
    ...Summary.lengthMetrics,
    ...told.map(named)
  ],
  run: (settings, prompts: Prompts, { reward }) => train(settings, prompts, reward)
})

/**
 * A stage that trains by an existing trainer, in the place of a loop: `Update.external({ trainer: "trl", steps: 100, batch: 8,
 * groupSize: 8, maxTokens: 256, learningRate: 1e-6, checkpointEvery: 20, python: [".venv/bin/python"] }, reward)`.
 *
 * The policy is written as a model folder (or as the adapter that it trains), the prompts as the trainer's data, in the order of
 * the steps, those that a loop would draw; completions are scored by `reward` in this process, so that samples and parts of rewards are stored as those of a
 * loop. Each step is committed as it ends. What the trainer leaves is the policy of the stages that follow.
 *
 * `method` is what `Update` calls it. `settings` are the trainer's own names for everything else, such as `{ use_vllm: true }`.
 * `python` starts its script in the folder that Assay was started in: a Python, or a launcher such as
 * `["accelerate", "launch", "--num_processes", "8"]`; `command` is
 * handed that start instead of a shell here, such as `["sbatch", "--wait"]`, and `host` is then the name by which the other machine
 * reaches this one. `folder` is for its files. These four are no part of the fingerprint; the versions of its packages are facts
 * of the run's environment.
 *
 * Killed, it goes on from the trainer's newest checkpoint. What an interrupted training ends with need not be bit-identical:
 * that is the trainer's and the device's business. Fails with `TrainerError`, which shows what the trainer said last, and with
 * `Diverged`. Throws `InvalidConfig`, naming the key.
 */
export const external = (settings: Parameters<typeof make>[0], reward: Reward) => make(settings, { reward })
