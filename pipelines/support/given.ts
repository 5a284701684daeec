/**
 * What the studies are given, by the environment: drawn worlds and the shipped models, or
 *
 * - `ASSAY_DATA`: a folder with the real sets, each as docs/data says: `coco`, `ovdeval`, `refs` (with `rec_jsons_processed` and the
 *   pictures' folders), `superclevr`;
 * - `ASSAY_POLICY`, `ASSAY_LARGE_POLICY`: folders of Qwen2.5-VL 3B and 7B;
 * - `ASSAY_SERVER`: a vLLM that samples for `policy` while it trains here, such as http://127.0.0.1:8000/v1; it calls the model "policy";
 * - `ASSAY_TINKER`: a Tinker server that samples and trains `policy`, such as http://127.0.0.1:8440; it calls the model as `ASSAY_POLICY`
 *   does. `TINKER_API_KEY` holds its key.
 *
 * A study names no path, so that it stays as it is when these change.
 */
import { Data, Filter, Pipeline, Policy, Prompt, Task } from "assay"
import { join } from "node:path"

const folder = process.env["ASSAY_DATA"]
const real = process.env["ASSAY_POLICY"] !== undefined

export const policyFolder = process.env["ASSAY_POLICY"] ?? "assay:tiny-vl"
export const largePolicyFolder = process.env["ASSAY_LARGE_POLICY"] ?? "assay:tiny-vl-large"

/** Sampled on a server, trained here. */
export const split = (url: string) =>
  Policy.split({
    sampler: Policy.openai({ url, model: "policy", folder: policyFolder }),
    trainer: Policy.local(policyFolder),
    sync: "reload"
  })

/** Sampled and trained on a server. */
export const tinker = (url: string) => Policy.tinker({ url, model: policyFolder, keyVariable: "TINKER_API_KEY" })

const server = process.env["ASSAY_SERVER"]
const training = process.env["ASSAY_TINKER"]

const matrices = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const
/** What trains in a policy that is computed here beside one on a Tinker server, so that both train alike; else all of it does. */
export const adapters = training === undefined ? null : { rank: 32, alpha: 32, targets: matrices }

export const policy = training !== undefined ? tinker(training) : server === undefined ? Policy.local(policyFolder) : split(server)
export const largePolicy = Policy.local(largePolicyFolder)

/**
 * What goes with the size of a model: VLM-R1's settings for billions of parameters, and such as move millions in few steps. A Tinker
 * server trains adapters, which want ten times the rate.
 */
const rates = training === undefined ? 1 : 10
export const learningRate = rates * (real ? 1e-6 : 1e-4)
export const sftLearningRate = rates * (real ? 1e-5 : 1e-4)
/** Tokens of an answer in training, in an evaluation, and from which on an answer counts as long. */
export const maxTokens = real ? 1024 : 160
export const evaluationTokens = real ? 4096 : 256
export const tokenCut = real ? 3000 : 192

type Detection = ReturnType<typeof Data.shapes>

/** COCO. Fully annotated; the labels of an image are asked for. */
const coco = (split: "train" | "validation", count: number): Detection =>
  folder === undefined
    ? Data.shapes({ split, layout: "coco", count, seed: split === "train" ? 1 : 0 })
    : Data.coco({
      annotations: join(folder, "coco/annotations", `instances_${split === "train" ? "train" : "val"}2017.json`),
      images: join(folder, "coco", split === "train" ? "train2017" : "val2017"),
      onBad: "skip" // two boxes of train2017 have no height
    })

export const cocoTrain = coco("train", 4000)
export const cocoValidation = coco("validation", 500)

/** A subset of OVDEval; the drawn ones are apart for training and evaluation, the real set is used for both, as in the findings. */
export const ovdeval = (subset: Data.OvdevalSubset, split: "train" | "validation"): Detection =>
  folder === undefined
    ? Data.scenes({ split, subset, count: split === "train" ? 1000 : 100 })
    : Data.ovdeval(Data.ovdevalFiles(join(folder, "ovdeval"), subset))

export const subsets = Object.values(Data.ovdevalGroups).flat()

/** Prompts about all subsets of OVDEval, as many of each. */
export const subsetPrompts = (template: Prompt.TemplateConfig) => {
  const parts = subsets.map((subset) => [subset, Pipeline.from(ovdeval(subset, "train")).pipe(Prompt.template(template))] as const)
  return Pipeline.from(Data.mix({
    parts: Object.fromEntries(parts),
    ratios: Object.fromEntries(subsets.map((subset) => [subset, 1]))
  }))
}

/** OVDEval to train on. The drawn stand-in has labels of colour and form, and hard negatives. */
export const ovdevalPrompts = (template: Prompt.TemplateConfig): ReturnType<typeof subsetPrompts> =>
  folder === undefined
    ? Pipeline.from(Data.shapes({ split: "train", layout: "ovdeval", seed: 1 })).pipe(Filter.maxBoxes(10), Prompt.template(template))
    : subsetPrompts(template)

const rec = (file: string, drawn: Parameters<typeof Data.scenes>[0]) =>
  folder === undefined
    ? Task.referring.expressions(Data.scenes(drawn))
    : Data.rec({ annotations: join(folder, "refs/rec_jsons_processed", file), images: join(folder, "refs") })

/**
 * RefCOCO, whose pictures are of COCO's kind, and RefGTA, whose are of another. The findings do not say which rows theirs are: in domain
 * their figures are multiples of 1/1500, as of 500 rows each of the validation sets of RefCOCO, RefCOCO+ and RefCOCOg; here it is the whole
 * validation set of RefCOCO. Out of domain it is the published sample of 500 rows.
 */
export const inDomain = rec("refcoco_val.json", { split: "validation", subset: "referring", count: 300 })
export const outOfDomain = rec("refgta_subsample.json", { split: "validation", subset: "referring", style: "sketch", count: 300 })

/** How referring is answered and read: by real models as in the findings' evaluation, which takes the first answer's whole numbers. */
export const referring = real ? { maxTokens: 256, variant: "faithful" } as const : { maxTokens: evaluationTokens } as const

/** SuperCLEVR's questions of how many things there are; the real set has no part for training, so COCO's objects are counted there. */
const superclevr = (join: (path: string) => string) =>
  Task.counting.exchanges(Data.superclevr({
    annotations: join("superclevr/superclevr_test200_counting_problems.jsonl"),
    images: join("superclevr/images")
  }))

const many = (split: "train" | "validation", count: number) => Data.shapes({ split, layout: "coco", objects: "many", count, seed: 6 })

export const countingTrain = Task.counting.questions(folder === undefined ? many("train", 2000) : cocoTrain)
export const countingValidation = folder === undefined
  ? Task.counting.questions(many("validation", 300))
  : superclevr((path) => join(folder, path))

/** The parts of a training that all studies share, but for what they compare: sampling, scoring by `reward` and format, GRPO. */
export const rollout = { groupSize: 8, temperature: 1, maxTokens }
export const loop = { steps: 30, batch: 8, checkpointEvery: 10 }
export const optimizer = { learningRate, warmup: 5, schedule: "cosine" } as const

/** By how much a reward has to rise to have risen: short trainings of a base model that can most of it move it little. */
export const risen = { by: real ? 0.1 : 0.05 }

/** What the findings call COCO_filtered (COCO_pos_1). */
export const filtered = { data: cocoValidation, filter: Filter.pos1(), mode: "positive", maxTokens: evaluationTokens, tokenCut } as const

/** What they call COCO_pos_3. */
export const atMostTen = { ...filtered, filter: Filter.pos3() } as const

/** The findings' own lengths; data and policies are named by the environment, see above. */
export const full = { "loop.steps": 300 }
