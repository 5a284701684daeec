/** What every reward gives, in a sentence: read by the documentation, and by whatever shows a reward. A test knows of each. */

export interface Definition {
  /** What it can give, as an interval; empty where that is up to its parts. */
  readonly range: string
  readonly what: string
  /** Where it comes from, if it was published. */
  readonly source?: string
}

const study = "VLM-R1"

/** Every shipped reward, by its name. The docstring of each says exactly what it reads. */
export const rewards = {
  ap: { range: "[0, 1]", what: "COCO's average precision of one image, IoU 0.50 to 0.95.", source: study },
  ap50: { range: "[0, 1]", what: "The same at IoU 0.50.", source: study },
  odLength: { range: "[0, 1]", what: "`ap` x min(1, true / predicted boxes): surplus boxes cost.", source: study },
  weightedSum: { range: "[0, 1]", what: "0.7 mean IoU of matched boxes + 0.3 completeness.", source: study },
  meanIou: { range: "[0, 1]", what: "Sum of IoU / max(predicted, true boxes), greedily matched.", source: "Visual-RFT, arXiv 2503.01785" },
  hungarian: { range: "[0, 1]", what: "The same by the matching with the largest sum.", source: "Perception-R1, arXiv 2504.07954" },
  progressiveIou: { range: "[0, 1]", what: "Recall and precise boxes, by rules that grow stricter half-way.", source: "Vision-R1, arXiv 2503.18013" },
  dynamicIou: { range: "[0, 1]", what: "`hungarian` of boxes above IoU 0.85, then 0.95, then 0.99.", source: "V-Triune, arXiv 2505.18129" },
  precisionRecall: { range: "[0, 1]", what: "Weighted mean of recall and precision at IoU 0.5.", source: "DIP-R1, arXiv 2505.23179" },
  duplicates: { range: "(-1, 0]", what: "Minus the share of boxes that lie on another of their label." },
  countError: { range: "[-1, 0]", what: "Minus the relative error of the number of boxes." },
  overlap: { range: "[0, 1]", what: "Referring: IoU of the one box.", source: study },
  regionAccuracy: { range: "[0, 1]", what: "Region: 1 for the right label and nothing else.", source: "VLM-R1's findings, section 3.2" },
  countingAccuracy: { range: "[0, 1]", what: "Counting: 1 for the right number.", source: "R1-V, VLM-R1" },
  format: { range: "[0, 1]", what: "1 for the form `<think>...</think><answer>...</answer>` and nothing else.", source: study },
  repetition: { range: "(-1, 0]", what: "Minus the share of boxes, or else of six words in a row, that were there before.", source: study },
  cosine: { range: "[-0.5, 1]", what: "Length: short right answers, long wrong ones.", source: "VLM-R1, after arXiv 2502.03373" },
  softOverlong: { range: "[-1, 0]", what: "Punishes length from `maxLength - margin` tokens on.", source: "DAPO, arXiv 2503.14476" },
  judge: { range: "[0, 1]", what: "What a model behind a server says to a rubric." },
  sum: { range: "", what: "The sum of its parts." },
  weight: { range: "", what: "A reward by a factor." },
  byTask: { range: "", what: "Each prompt by the reward of its task." }
} as const satisfies { readonly [name: string]: Definition }
