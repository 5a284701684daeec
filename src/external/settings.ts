/** What a stage that hands training to another program can be told: its config. */
import * as Schema from "effect/Schema"
import * as Config from "../pipeline/declare/Config.ts"
import type * as Node from "../pipeline/declare/Node.ts"
import * as Optimizer from "../update/Optimizer.ts"

/** The programs that can train; `trainers.ts` has what is to be known of each. */
export const names = ["trl", "ms-swift"] as const

/** Methods that trainers know, as they are called in `Update`. */
export const methods = ["grpo", "drGrpo", "dapo", "gspo", "cispo"] as const

export const config = Schema.Struct({
  /** Which program trains. */
  trainer: Schema.Literals(names),
  /** Optimiser steps, each on completions of its own. */
  steps: Config.Count,
  /** Prompts a step. */
  batch: Config.Count,
  /** Completions a prompt. */
  groupSize: Schema.Int.check(Schema.isGreaterThan(1)),
  maxTokens: Config.Count,
  temperature: Config.withDefault(Config.Positive, 1),
  topP: Config.withDefault(Config.Positive.check(Schema.isLessThanOrEqualTo(1)), 1),
  /** Keep this many likeliest tokens; 0 keeps all. */
  topK: Config.withDefault(Config.Whole, 0),
  method: Config.withDefault(Schema.Literals(methods), "grpo"),
  ...Optimizer.optimizer,
  /** Weight of the KL term, which looks back to where the stage began; 0 leaves it out. */
  klCoefficient: Config.withDefault(Config.NonNegative, 0),
  /** Completions that one process computes at a time; all of a step unless given. */
  microBatch: Schema.optionalKey(Config.Count),
  /** Steps between two of the trainer's checkpoints; what is done again after a failure. The last step always gets one. */
  checkpointEvery: Config.Count,
  /** Further settings by the trainer's own names, such as `use_vllm`. */
  settings: Config.withDefault(Schema.Record(Schema.String, Schema.Json), {}),
  /** What starts a script of the trainer: a Python that has it, or a launcher with its flags. */
  python: Config.withDefault(Schema.NonEmptyArray(Schema.NonEmptyString), ["python3"]),
  /** What is given the script that starts the trainer, such as `sbatch --wait`; run here unless given. */
  command: Schema.optionalKey(Schema.NonEmptyArray(Schema.NonEmptyString)),
  /** Where the trainer reaches this process; from another machine, by a name or address of this one. */
  host: Config.withDefault(Schema.NonEmptyString, "127.0.0.1"),
  /** Folder for the trainer's files; within the workspace unless given. */
  folder: Schema.optionalKey(Schema.NonEmptyString)
})

export type Settings = typeof config.Type

/** What changes nothing that is trained. */
export const incidental = ["python", "command", "host", "folder"] as const satisfies Node.Definition<typeof config.fields, {}>["incidental"]

/** Completions that one process computes at a time. */
export const microBatchOf = ({ batch, groupSize, microBatch = batch * groupSize }: Settings): number => microBatch
