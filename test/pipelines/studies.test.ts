/** The studies of the findings' tables: each plans on drawn worlds and, unchanged, on the real sets. */
import { readdirSync, readFileSync } from "node:fs"
import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Data, type Experiment } from "assay"
import type { Plan } from "../../src/pipeline/plan/Plan.ts"
import { png, writeFiles } from "../data/support.ts"
import { memory, planStudy } from "../pipeline/study.ts"

/** As the findings number them, and what they leave to the future. */
const studies = [
  "small-objects",
  "region-label",
  "reward-comparison",
  "prompt-grammar",
  "prompt-structure",
  "system-prompt",
  "rl-vs-sft",
  "token-length",
  "trainer-consistency",
  "model-size",
  "completion-length",
  "mixing-ratio",
  "small-object-recall"
]

/** The study as a process with this environment reads it. */
const load = async (name: string): Promise<Experiment.Experiment> => {
  vi.resetModules()
  return (await import(join(import.meta.dirname, `../../pipelines/${name}.ts`))).default
}

/** Config of every data stage that a plan reads from, nested ones too. */
const sources = (plan: Plan): string => JSON.stringify(plan.runs.map(({ stages }) => stages.map(({ preimage }) => preimage)))

const picture = await png(40, 30)

const instances = {
  images: [{ id: 1, file_name: "a.png", width: 40, height: 30 }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 2, 10, 20], area: 150, iscrowd: 0 }],
  categories: [{ id: 1, name: "dog" }, { id: 2, name: "cat" }]
}

const row = { image: "a.png", problem: "the dog", normal_caption: "the dog", solution: [1, 2, 11, 22], width: 40, height: 30 }

/** The folder that `ASSAY_DATA` names, with one picture in every set. */
const realSets = writeFiles({
  "coco/annotations/instances_train2017.json": instances,
  "coco/annotations/instances_val2017.json": instances,
  "coco/train2017/a.png": picture,
  "coco/val2017/a.png": picture,
  ...Object.fromEntries(Object.values(Data.ovdevalGroups).flat().flatMap((subset) => [
    [`ovdeval/annotations/${subset}.json`, instances],
    [`ovdeval/images/${subset}/a.png`, picture]
  ])),
  "refs/rec_jsons_processed/refcoco_val.json": [row],
  "refs/rec_jsons_processed/refgta_subsample.json": [row],
  "refs/a.png": picture,
  "superclevr/superclevr_test200_counting_problems.jsonl":
    `${JSON.stringify({ image_path: "./images/a.png", question: "How many different items are there in the image?", ground_truth: 4 })}\n`,
  "superclevr/images/a.png": picture
})

describe("the studies of the findings", () => {
  beforeEach(() => vi.unstubAllEnvs())
  afterEach(() => vi.unstubAllEnvs())

  it("are all there", () => {
    const files = readdirSync(join(import.meta.dirname, "../../pipelines"))
    for (const name of studies) assert.include(files, `${name}.ts`)
  })

  it("are explained on their page, and so is what the environment may name", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/studies.md"), "utf8")
    for (const name of [...studies, "ASSAY_DATA", "ASSAY_POLICY", "ASSAY_LARGE_POLICY"]) assert.include(page, `\`${name}\``)
  })

  it.effect("plan on drawn worlds, each with a question and, where the findings have figures, a row for each of them", () =>
    Effect.gen(function*() {
      for (const name of studies) {
        const study = yield* Effect.promise(() => load(name))
        assert.strictEqual(study.name, name)
        const plan = yield* planStudy(memory(), study)
        assert.isAbove(plan.runs.length, 2, name)
        assert.match(sources(plan), /\\"name\\":\\"(shapes|scenes)\\"/, name)
        const rows = study.variants.map(({ name }) => name)
        for (const row of Object.keys(study.table.published ?? {})) assert.include(rows, row, name)
        yield* planStudy(memory(), study, { scale: "full" })
      }
    }))

  it.effect("plan on the real sets and on other models when the environment names them", () =>
    Effect.gen(function*() {
      const folder = yield* realSets
      vi.stubEnv("ASSAY_DATA", folder)
      vi.stubEnv("ASSAY_POLICY", join(import.meta.dirname, "../../assets/tiny-vl"))
      vi.stubEnv("ASSAY_LARGE_POLICY", join(import.meta.dirname, "../../assets/tiny-vl-large"))
      for (const name of studies) {
        const study = yield* Effect.promise(() => load(name))
        const plan = yield* planStudy(memory(), study, { scale: "full" })
        const read = sources(plan)
        assert.include(read, folder, name)
        assert.notInclude(read, "assay:tiny-vl", name)
        assert.notInclude(read, "\\\"name\\\":\\\"shapes\\\"", name)
        assert.notInclude(read, "\\\"name\\\":\\\"scenes\\\"", name)
        if (name !== "rl-vs-sft") continue
        const referring = plan.runs.flatMap(({ stages }) => stages).filter(({ label }) => label.endsWith("-domain"))
        assert.isNotEmpty(referring)
        for (const { preimage } of referring) for (const part of ["\"maxTokens\":256", "\"variant\":\"faithful\""]) assert.include(preimage, part)
      }
    }))
})
