/**
 * The comparisons that the published study makes (VLM-R1 findings), each with the rows and the metric of the study that makes it
 * again here. Wherever a figure is named, it is theirs.
 */
import { above, alike, type Comparison, of, type Open, rows, type Study, within } from "./claims.ts"

/** The studies in the order in which they run, with the sections of the findings that they are about. */
export const studies: ReadonlyArray<Study> = [
  { name: "small-objects", section: "section 3.1" },
  { name: "region-label", section: "section 3.2" },
  { name: "reward-comparison", section: "section 4.1" },
  { name: "prompt-grammar", section: "section 5.1" },
  { name: "prompt-structure", section: "sections 5.2 and 5.3" },
  { name: "system-prompt", section: "section 5.3" },
  { name: "rl-vs-sft", section: "section 6.1" },
  { name: "token-length", section: "section 6.2" },
  {
    name: "trainer-consistency",
    section: "section 7.1",
    note: "Here one program trains, in four ways. That vLLM samples, or that TRL trains, is compared by `pipelines/trainer-engines.ts`, which this page leaves out: it " +
      "needs a vLLM and a Python with TRL, which `npm run study` does not start. [What it gave](how-to/split.md#how-weights-get-there) stands where it is explained."
  },
  { name: "model-size", section: "section 7.2" },
  { name: "completion-length", section: "section 7.3" },
  { name: "mixing-ratio", section: "future work" },
  { name: "small-object-recall", section: "future work" }
]

const mAP = "detection/mAP"
const precision = "detection/precision@0.5"
const recall = "detection/recall@0.5"

/** When the reward for accuracy starts to rise, and where it ends. */
const firstRise = "accuracy/firstStep"
const lastAccuracy = "accuracy/end"

const threeTrainers = "85, 87 and 87 of three trainers"

export const comparisons: ReadonlyArray<Comparison> = [
  ...of("small-objects", [
    above("3.1", "small objects as training data detect better than regular single boxes",
      rows("small only", "regular single-box", mAP), [22.3, 21.1]),
    above("3.1", "small objects as training data raise precision",
      rows("small only", "regular single-box", precision), [71.39, 55.02]),
    above("3.1", "regular single boxes keep more recall than small objects",
      rows("regular single-box", "small only", recall), [49.46, 43.36])
  ]),
  ...of("region-label", [
    above("3.2", "detection alone beats a mixture with region labels", rows("pure detection", "mixed", mAP), [23.8, 21.7]),
    above("3.2", "detection alone has more precision than the mixture",
      rows("pure detection", "mixed", precision), [65.58, 63.98]),
    above("3.2", "detection alone has more recall than the mixture", rows("pure detection", "mixed", recall), [48.92, 46.75]),
    above("3.2", "the mixture beats region labels alone", rows("mixed", "pure single region", mAP), [21.7, 18.4]),
    above("3.2", "region labels alone have more precision than the mixture",
      rows("pure single region", "mixed", precision), [66.01, 63.98]),
    above("3.2", "the mixture has more recall than region labels alone",
      rows("mixed", "pure single region", recall), [46.75, 34.57])
  ]),
  ...of("reward-comparison", [
    above("4.1", "the reward AP trains better than AP50", rows("AP", "AP50", mAP), [27.4, 27.1]),
    above("4.1", "weighted_sum trains better than AP", rows("weighted_sum", "AP", mAP), [27.5, 27.4]),
    above("4.1", "cosine added to weighted_sum raises mAP", rows("weighted_sum, cosine", "weighted_sum", mAP), [29.3, 27.5]),
    above("4.1", "cosine added to weighted_sum raises precision",
      rows("weighted_sum, cosine", "weighted_sum", precision), [76.95, 71.32]),
    above("4.1", "cosine added to weighted_sum raises recall",
      rows("weighted_sum, cosine", "weighted_sum", recall), [59.11, 57.72]),
    above("TL;DR", "weighted_sum with cosine trains better than AP", rows("weighted_sum, cosine", "AP", mAP), [29.3, 27.4]),
    above("4.1", "the repetition reward on top costs mAP",
      rows("weighted_sum, cosine", "weighted_sum, cosine, repetition", mAP), [29.3, 28.8]),
    above("4.1", "the repetition reward on top costs recall",
      rows("weighted_sum, cosine", "weighted_sum, cosine, repetition", recall), [59.11, 57.98]),
    above("4.1", "the repetition reward on top raises precision a little",
      rows("weighted_sum, cosine, repetition", "weighted_sum, cosine", precision), [77.08, 76.95]),
    above("TL;DR", "the repetition reward makes redundant boxes rarer",
      rows("weighted_sum, cosine", "weighted_sum, cosine, repetition", "detection/duplicateShare"))
  ]),
  ...of("prompt-grammar", [
    above("5.1", "with a space missing in the question, accuracy starts to rise later",
      rows("missing space", "fixed space", firstRise), [125, 65]),
    alike("5.1", "with or without the space, accuracy ends at the same value",
      rows("missing space", "fixed space", lastAccuracy), [0.7, 0.7])
  ]),
  ...of("prompt-structure", [
    above("5.2", "by the enhanced prompt, accuracy of the small model starts to rise earlier",
      rows("standard | small", "enhanced | small", firstRise), [65, 15]),
    alike("5.2", "by either prompt, accuracy of the small model ends at the same value",
      rows("standard | small", "enhanced | small", lastAccuracy), [0.7, 0.7]),
    alike("5.3", "the large model's accuracy rises at the same time by either prompt",
      rows("standard | large", "enhanced | large", firstRise)),
    above("5.3", "the large model keeps the format more often at the start",
      rows("enhanced | large", "enhanced | small", "format/start"), [0.75, 0.4]),
    above("5.3", "before training, the large model detects better than the small one",
      rows("enhanced | large", "enhanced | small", "base/mAP"), [24.6, 23.6]),
    above("5.3", "training raises mAP of the small model", within("enhanced | small", "trained/mAP", "base/mAP"), [24.5, 23.6]),
    alike("5.3", "training leaves mAP of the large model as it is",
      within("enhanced | large", "trained/mAP", "base/mAP"), [24.6, 24.6]),
    above("5.3", "training raises recall of the small model",
      within("enhanced | small", "trained/recall@0.5", "base/recall@0.5"), [50.27, 47.69]),
    above("5.3", "training raises recall of the large model",
      within("enhanced | large", "trained/recall@0.5", "base/recall@0.5"), [55.15, 50.56]),
    above("5.3", "training lowers precision of the small model",
      within("enhanced | small", "base/precision@0.5", "trained/precision@0.5"), [70.14, 68.2]),
    above("5.3", "training lowers precision of the large model",
      within("enhanced | large", "base/precision@0.5", "trained/precision@0.5"), [71.53, 68.1])
  ]),
  ...of("system-prompt", [
    above("5.3", "the format is learnt from the user prompt, and hardly from the system prompt",
      rows("user prompt", "system prompt", "format/end")),
    above("5.3", "the same where the request replaces the built-in system prompt",
      rows("user prompt", "replaces the built-in one", "format/end"))
  ]),
  ...of("rl-vs-sft", [
    above("6.1", "SFT beats basic RL inside of the domain", rows("SFT", "basic RL", "in-domain/accuracy"), [83.20, 73.87]),
    above("6.1", "SFT beats basic RL outside of the domain", rows("SFT", "basic RL", "out-of-domain/accuracy"), [70.4, 67.4]),
    above("6.1", "SFT beats basic RL in detection", rows("SFT", "basic RL", mAP), [25.5, 23.5]),
    above("6.1", "basic RL is a little above the base model inside of the domain",
      rows("basic RL", "base", "in-domain/accuracy"), [73.87, 73.73]),
    above("6.1", "basic RL loses to the base model outside of the domain",
      rows("base", "basic RL", "out-of-domain/accuracy"), [71.8, 67.4]),
    above("6.1", "basic RL is a little below the base model in detection", rows("base", "basic RL", mAP), [23.7, 23.5]),
    above("6.1", "SFT beats the base model inside of the domain", rows("SFT", "base", "in-domain/accuracy"), [83.20, 73.73]),
    above("6.1", "SFT loses to the base model outside of the domain",
      rows("base", "SFT", "out-of-domain/accuracy"), [71.8, 70.4]),
    above("6.1", "SFT beats the base model in detection", rows("SFT", "base", mAP), [25.5, 23.7]),
    above("6.1", "RL with better rewards beats basic RL", rows("tuned RL", "basic RL", mAP)),
    above("8", "well tuned RL can beat SFT", rows("tuned RL", "SFT", mAP))
  ]),
  ...of("token-length", [
    above("6.2", "answers below the cut are longer after RL than after SFT",
      rows("RL", "SFT", "detection/meanTokensBelowCut"), [240.563, 192.259]),
    above("6.2", "answers below the cut are longer after SFT than before training",
      rows("SFT", "base", "detection/meanTokensBelowCut"), [192.259, 139.752]),
    above("6.2", "RL makes answers that reach the cut more frequent", rows("RL", "base", "detection/answersFromCut"), [534, 281]),
    above("6.2", "SFT makes answers that reach the cut rarer", rows("base", "SFT", "detection/answersFromCut"), [281, 238]),
    above("6.2", "RL by AP draws more boxes", rows("RL", "base", "detection/boxRatio"))
  ]),
  ...of("trainer-consistency", [
    alike("7.1", "counting does not depend on the trainer: micro-batches",
      rows("micro-batches", "whole batches", "counting/accuracy"), threeTrainers),
    alike("7.1", "counting does not depend on the trainer: importance weights",
      rows("importance weights", "whole batches", "counting/accuracy"), threeTrainers),
    alike("7.1", "counting does not depend on the trainer: sequence ratio",
      rows("sequence ratio", "whole batches", "counting/accuracy"), threeTrainers)
  ]),
  ...of("model-size", [
    above("7.2", "the large model is better on average", rows("large", "small", "ovdeval/average/mAP"), [45.27, 43.43]),
    above("7.2", "the large model is better at proper nouns", rows("large", "small", "ovdeval/properNoun/mAP"), [53.33, 51.87]),
    above("7.2", "the large model is better at attributes", rows("large", "small", "ovdeval/attribute/mAP"), [25.10, 24.70]),
    above("7.2", "the large model is better at positions", rows("large", "small", "ovdeval/position/mAP"), [65.4, 63.1]),
    above("7.2", "the small model is better at relationships",
      rows("small", "large", "ovdeval/relationship/mAP"), [26.6, 26.1]),
    above("7.2", "the large model is better at negation", rows("large", "small", "ovdeval/negation/mAP"), [56.4, 50.9])
  ]),
  ...of("completion-length", [
    alike("7.3", "twice the completion length at half of the batch is no better", rows("doubled, half batch", "original", mAP)),
    above("7.3", "the original length and batch give better answers", rows("original", "doubled, half batch", mAP))
  ])
]

/** What it says besides, and why no study is held against that. */
export const open: ReadonlyArray<Open> = [
  {
    section: "8",
    says: "single boxes of single classes are the training data to prefer",
    why: "it is advice on several choices together, without two figures that differ in it alone"
  },
  {
    section: "8",
    says: "prompts should keep asking for structured thinking",
    why: "it is advice without figures of a prompt that does not ask for it"
  },
  {
    section: "8",
    says: "a server made for sampling generates faster and changes nothing else",
    why: "trainer-engines samples by such a server, which this command does not start; speed was not compared"
  },
  {
    section: "7.3",
    says: "the original length and batch are processed faster",
    why: "times are not metrics of a table: those of runs beside others on one machine say little"
  }
]
