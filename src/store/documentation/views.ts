/** What the views of runs.db say: read by the documentation, and shown where SQL is written. */
import { declared, experiment, label, metric, ordinal, position, type Relation, seed, variant } from "./relation.ts"

const difference = (against: string): Relation["columns"] => ({
  experiment,
  variant,
  ...metric,
  n: "Pairs of stage executions, one a seed. What all seeds share is one.",
  delta: `Mean difference, the variant minus ${against}.`,
  sd: "Standard deviation of the differences; NULL below two pairs.",
  ci95: "Half of the 95 % t-interval of `delta`; NULL below two pairs.",
  wins: "Pairs in which the variant is above, whichever way is better.",
  separated: "1 where, of three pairs or more that vary, the interval leaves zero out. Not corrected for the number of comparisons; `assay table` does that.",
  ordinal,
  ...declared
})

/** The views that are an interface: their columns change only by a migration. */
export const views: ReadonlyArray<Relation> = [
  {
    name: "ablation",
    row: "A metric of a variant over its seeds: the ablation table. Finished runs of the study as it stands now count, and no others.",
    columns: {
      experiment,
      variant,
      ...metric,
      n: "Independent measurements (stage executions) with a finite value. What three seeds share was measured once.",
      mean: "Mean of the last values.",
      sd: "Standard deviation over them; NULL below two.",
      ci95: "Half of the 95 % t-interval of the mean; NULL below two.",
      ordinal,
      ...declared
    },
    example: {
      question: "The table of a metric, with intervals",
      sql: "SELECT variant, n, round(mean, 2) AS mean, round(ci95, 2) AS ci95\nFROM ablation WHERE experiment = 'reward-comparison' AND name = 'mAP' ORDER BY ordinal"
    }
  },
  {
    name: "paired",
    row: "The difference of a variant to the baseline in a metric, paired by seed.",
    columns: difference("the baseline"),
    example: {
      question: "Which variants beat the baseline, seed by seed?",
      sql: "SELECT variant, metric, n, delta, ci95, wins, separated\nFROM paired WHERE experiment = 'reward-comparison' AND name = 'mAP' ORDER BY delta DESC"
    }
  },
  {
    name: "gain",
    row: "The difference of a variant to the reference, such as the base model before training, paired by seed.",
    columns: difference("the reference"),
    example: {
      question: "What did training gain, and what did it cost?",
      sql: "SELECT variant, name, round(delta, 2) AS delta, round(ci95, 2) AS ci95\nFROM gain WHERE experiment = 'reward-comparison' AND name IN ('recall@0.5', 'precision@0.5') ORDER BY ordinal, name"
    }
  },
  {
    name: "final_metric",
    row: "The last value of a metric in a finished run: a run's results, seed by seed.",
    columns: { experiment, variant, seed, ...metric, value: "The value; NULL where it is not finite.", ...declared },
    example: {
      question: "Every seed of a metric",
      sql: "SELECT variant, seed, value\nFROM final_metric WHERE experiment = 'reward-comparison' AND metric = 'detection/mAP'"
    }
  },
  {
    name: "missing",
    row: "A run that the study asks for and that is not done.",
    columns: { experiment, variant, seed, status: "`planned`, `running`, `failed` or `interrupted`.", ordinal },
    example: {
      question: "How much is left?",
      sql: "SELECT experiment, status, count(*) AS runs\nFROM missing GROUP BY experiment, status"
    }
  },
  {
    name: "learning_curve",
    row: "A metric at a step of a stage, finished or not. Stages without steps have one, step 0.",
    columns: {
      experiment,
      variant,
      seed,
      stage: label,
      ...metric,
      step: "Training step, from 0.",
      value: "The value; NULL where it is not finite.",
      ordinal,
      position,
      ...declared
    },
    example: {
      question: "The reward over the steps: mean, lowest and highest of the seeds",
      sql: "SELECT variant, step, avg(value) AS mean, min(value) AS lowest, max(value) AS highest\nFROM learning_curve WHERE experiment = 'reward-comparison' AND metric = 'loop/reward' GROUP BY ordinal, variant, step"
    }
  },
  {
    name: "reward_part",
    row: "A part of the reward at a step of a stage, over its completions.",
    columns: {
      experiment,
      variant,
      seed,
      stage: label,
      step: "Training step, from 0.",
      part: "Name of the part, such as `ap50` or `format`.",
      n: "Completions that it judged.",
      mean: "Its mean over them, before any weight.",
      errors: "Completions on which it threw and its fallback was taken; they are within `n` and `mean`.",
      ordinal,
      position,
      scope: "The evaluation within a loop that the completions are of; empty for the stage's own."
    },
    example: {
      question: "How did each part of the reward move in training?",
      sql: "SELECT variant, part, step, avg(mean) AS mean\nFROM reward_part WHERE experiment = 'reward-comparison' AND stage = 'loop' GROUP BY ordinal, variant, part, step"
    }
  },
  {
    name: "token_statistics",
    row: "Lengths of the completions of a stage. As in the published study, those of 3,000 tokens or more are counted apart.",
    columns: {
      experiment,
      variant,
      seed,
      stage: label,
      n: "Completions below 3,000 tokens. Those whose length nobody counted are left out.",
      min: "Tokens of the shortest of them.",
      max: "Tokens of the longest of them.",
      mean: "Their mean.",
      n_3000: "Completions of 3,000 tokens or more.",
      ordinal,
      position,
      scope: "The evaluation within a loop that the completions are of; empty for the stage's own."
    },
    example: {
      question: "How long are answers after training?",
      sql: "SELECT variant, seed, n, min, round(mean, 1) AS mean, max\nFROM token_statistics WHERE experiment = 'reward-comparison' AND stage = 'detection' ORDER BY ordinal, seed"
    }
  },
  {
    name: "sample",
    row: "A completion with its texts. Its rewards are in `sample_reward`, its boxes in `box`.",
    columns: {
      id: "Number of the sample.",
      stage: "Number of the stage execution that it is of: `stage.id`, `run_stage.stage`.",
      scope: "The evaluation within a loop that it is of; empty for the stage's own.",
      step: "Training step, from 0.",
      ordinal: "Place within its step and scope, from 0.",
      example: "Id of the example that was asked about.",
      prompt: "The prompt as rendered for the model.",
      completion: "What the model said, as it is.",
      solution: "The true answer in the same form.",
      token_count: "Tokens of the completion; 0 where nobody counted.",
      finish_reason: "`stop`: it ended by itself. `length`: it was cut off.",
      image: "Path of the picture, as the study named it.",
      width: "Width of the picture in pixels.",
      height: "Height of the picture in pixels.",
      input_width: "Width in pixels at which the model saw it.",
      input_height: "Height in pixels at which the model saw it.",
      details: "All that the task keeps of it, as JSON: its name as `task`, and what it needs to judge the answer again."
    },
    example: {
      question: "The longest answers, with what they earned",
      sql: "SELECT sample.token_count, sample.completion, group_concat(part || ' ' || round(value, 2), ', ') AS rewards\nFROM sample JOIN sample_reward ON sample_reward.sample = sample.id\nGROUP BY sample.id ORDER BY sample.token_count DESC LIMIT 5"
    }
  }
]

/** Views that the others are made of. */
export const innerViews: ReadonlyArray<Relation> = [
  {
    name: "final_value",
    row: "The last value of a metric in a finished run, with the stage execution that it came from.",
    columns: {
      experiment,
      variant,
      role: "`variant`, `baseline` or `reference`.",
      ordinal,
      seed,
      ...declared,
      stage: "Number of the stage execution.",
      step: "Step of the value.",
      value: "The value; NULL where it is not finite."
    }
  },
  {
    name: "contrast",
    row: "`paired` and `gain` in one.",
    columns: { against: "`baseline` or `reference`.", ...difference("what it is compared with") }
  },
  {
    name: "current_stage",
    row: "A stage of a run of the study as it stands now, finished or not.",
    columns: {
      experiment,
      variant,
      ordinal,
      seed,
      position,
      stage: "Number of the stage execution.",
      kind: "What kind of stage it is: `data`, `filter`, `prompt`, `loop`, `evaluate`...",
      label
    }
  }
]
