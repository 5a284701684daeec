/** What every metric is, in a sentence: read by the documentation, and by whatever shows a metric. A test knows of each. */

/** Metrics that are recorded together. */
export interface Measures {
  /** By whom they are recorded, as a heading. */
  readonly by: string
  /** By name; `PART` stands for the name of a part of the reward. */
  readonly metrics: { readonly [name: string]: string }
}

const optimiser = {
  gradientNorm: "Length of the gradient over all trained weights, before clipping.",
  learningRate: "The learning rate of the step, after warm-up and schedule."
}

const detection = {
  mAP: "COCO's average precision, IoU 0.50 to 0.95, mean over the labels. Every box scores 1.0; boxes of an image keep the order in which they were said.",
  AP50: "The same at IoU 0.50.",
  AP75: "The same at IoU 0.75.",
  APsmall: "mAP of objects up to 32 x 32 pixels; left out where there is none.",
  APmedium: "mAP of objects from 32 x 32 to 96 x 96 pixels; left out where there is none.",
  APlarge: "mAP of objects from 96 x 96 pixels on; left out where there is none.",
  AR100: "COCO's average recall, IoU 0.50 to 0.95, of at most 100 boxes an image.",
  "precision@0.5": "Share of the boxes said that match a true one of their label, one to one, from IoU 0.5 on; over all images together.",
  "recall@0.5": "Share of the true boxes that are matched so.",
  "F1@0.5": "Harmonic mean of these two.",
  meanIoU: "Mean IoU of the true boxes with their match; one that was missed counts 0.",
  nmsAP: "mAP after OVDEval's suppression: of boxes on one object the last under whatever label is kept.",
  predictedBoxes: "Mean number of boxes in an answer.",
  boxRatio: "All boxes said to all true objects; left out where there is none.",
  duplicateShare: "Share of the boxes that overlap an earlier one of their label in the same answer by an IoU above 0.9."
}

const answers = {
  formatRate: "Share of the answers that are `<think>...</think><answer>...</answer>` and nothing else.",
  truncated: "Share of the answers that were cut off at the token limit.",
  meanTokens: "Mean length of an answer.",
  minTokens: "Length of the shortest.",
  maxTokens: "Length of the longest.",
  meanTokensBelowCut: "Mean length of the answers shorter than `tokenCut`; left out where there is none.",
  minTokensBelowCut: "Length of the shortest of these.",
  maxTokensBelowCut: "Length of the longest of these.",
  answersFromCut: "Number of answers of `tokenCut` tokens or more.",
  evaluationSize: "How many examples were asked about.",
  minPixels: "The smallest picture that the model may see; smaller ones were enlarged.",
  maxPixels: "The largest picture that the model may see; larger ones were reduced.",
  reward: "Mean of the reward, if the evaluation names one."
}

/** Every metric that the shipped stages record, by who records it. */
export const metrics = {
  detection: { by: "Evaluate.detection", metrics: detection },
  referring: {
    by: "Evaluate.referring",
    metrics: {
      accuracy: "Share of the answers whose box has an IoU above 0.5 with the true one.",
      meanIoU: "Mean IoU with the true box; no box counts 0."
    }
  },
  region: { by: "Evaluate.region", metrics: { accuracy: "Share of the answers that are the true label and nothing else." } },
  counting: {
    by: "Evaluate.counting",
    metrics: {
      accuracy: "Share of the answers that are the true number; what cannot be read is wrong.",
      meanAbsoluteError: "Mean distance of the number to the true one, of the answers that hold a number.",
      answered: "Share of the answers that hold a number."
    }
  },
  answers: { by: "Every evaluation", metrics: answers },
  rise: {
    by: "Evaluate.rise",
    metrics: {
      firstStep: "First step from which on the curve's mean over a window lies above its start by what was asked; left out where it never does.",
      risen: "1 where there is such a step, else 0.",
      start: "Mean of the curve over its first window.",
      end: "Mean of the curve over its last window."
    }
  },
  scoring: {
    by: "Reward.score, each step",
    metrics: {
      reward: "Mean of the whole reward over the completions.",
      rewardSd: "Its standard deviation over them.",
      "reward/PART": "Mean of the part of that name, before any weight.",
      formatRate: "Mean of the part `format`, where the reward has it.",
      rewardErrors: "Completions on which some part threw, and its fallback counted.",
      completionLength: "Mean length of a completion.",
      completionLengthMax: "Length of the longest.",
      truncated: "Share of the completions that were cut off at the token limit."
    }
  },
  dynamic: { by: "Rollout.dynamic, each step", metrics: { groupsTried: "Groups that were sampled until enough of them differed." } },
  update: {
    by: "Update.grpo and its kin, each step",
    metrics: {
      loss: "The loss, KL term included; mean over the step's iterations.",
      kl: "Estimate of the divergence from the reference; 0 where no KL term is asked for.",
      clipFraction: "Share of the tokens whose ratio was out of bounds in the direction that the advantage pushes.",
      entropy: "Estimate of the sampler's entropy: mean of minus the log-probability of the tokens it drew.",
      flatGroups: "Share of the groups in which all completions earned the same, so that nothing is learnt from them.",
      samplerGap: "Largest difference between the sampler's log-probability of a token and the trainer's.",
      ...optimiser
    }
  },
  sft: { by: "Update.sft, each step", metrics: { loss: "Mean of minus the log-probability over the tokens of the true answers.", ...optimiser } }
} as const satisfies { readonly [group: string]: Measures }
