/** Prints completions of a run, held-out ones where there are any, and draws them when asked to. */
import { mkdir } from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isCounted } from "../../pipeline/run/counted.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import * as Workspace from "../../workspace/Reading.ts"
import { invalid } from "../failure.ts"
import { print, printJson, say } from "../output.ts"
import { saveFile } from "../saveFile.ts"
import { visible } from "../../report/visible.ts"

interface Options {
  readonly run: number
  readonly limit: number
  readonly out: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

type Sample = Effect.Success<ReturnType<typeof Workspace.samples>>[number]

const corners = ({ x1, x2, y1, y2 }: Sample["boxes"][number]): string =>
  `[${[x1, y1, x2, y2].map((value) => value === null ? "not a number" : Number(value.toFixed(1))).join(", ")}]`

const boxLine = (sample: Sample, role: "true" | "predicted"): string => {
  const boxes = sample.boxes.filter((box) => box.role === role)
  return boxes.length === 0 ? "none" : boxes.map((box) => `${visible(box.label)} ${corners(box)}`).join("; ")
}

const rewardLine = (sample: Sample): string =>
  sample.rewards.map(({ error, part, value }) =>
    `${part} ${value === null ? "not a number" : value.toFixed(3)}${error === null ? "" : ` (${visible(error)})`}`
  ).join(", ")

/** Indents what a model wrote, so that it cannot be taken for our own words. */
const quoted = (text: string): string => text.split("\n").map((line) => `    ${visible(line)}`).join("\n")

/** The stage that a sample comes from, and the evaluation nested in it. */
const stageOf = ({ scope, stage }: Sample): string => scope === "" ? stage : `${stage}/${scope}`

const text = (sample: Sample): string => {
  const rewards = rewardLine(sample)
  const image = sample.image === null ? [] : [
    `  image      ${sample.image} (${sample.width} x ${sample.height}, seen as ${sample.inputWidth} x ${sample.inputHeight})`
  ]
  return [
    `${stageOf(sample)} step ${sample.step}, answer ${sample.ordinal}: example ${visible(sample.example)}, ` +
    `${isCounted(sample) ? `${sample.tokenCount} tokens` : "length not counted"}, ${sample.finishReason}`,
    ...image,
    ...(rewards === "" ? [] : [`  rewards    ${rewards}`]),
    ...(sample.boxes.length === 0 ? [] : [
      `  true       ${boxLine(sample, "true")}`,
      `  predicted  ${boxLine(sample, "predicted")}`
    ]),
    "  completion",
    quoted(sample.completion)
  ].join("\n")
}

const json = ({ boxes, rewards, ...sample }: Sample, drawn: string | undefined) => ({
  stage: sample.stage,
  scope: sample.scope,
  kind: sample.kind,
  step: sample.step,
  ordinal: sample.ordinal,
  example: sample.example,
  prompt: sample.prompt,
  completion: sample.completion,
  solution: sample.solution,
  tokenCount: sample.tokenCount,
  finishReason: sample.finishReason,
  image: sample.image,
  size: [sample.width, sample.height],
  inputSize: [sample.inputWidth, sample.inputHeight],
  details: JSON.parse(sample.details) as unknown,
  rewards: rewards.map(({ error, part, value }) => ({ part, value, error })),
  boxes: boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({ role, label, space, box: [x1, y1, x2, y2] })),
  ...(drawn === undefined ? {} : { picture: drawn })
})

const draw = Effect.fnUntraced(function*(options: Options, folder: string, samples: ReadonlyArray<Sample>) {
  yield* Effect.tryPromise({
    try: () => mkdir(folder, { recursive: true }),
    catch: (cause) => invalid(`The folder ${folder} cannot be made (${reasonOf(cause)}). Name another with --out.`)
  })
  const { folderName, ofSample, picture } = yield* Effect.promise(() => import("../../report/figures/pictures.ts"))
  const resolve = Workspace.imageFile(Workspace.at(options.db))
  return yield* Effect.forEach(samples, (sample) =>
    Effect.gen(function*() {
      const caption = rewardLine(sample) || `${stageOf(sample)}, example ${sample.example}`
      const drawable = ofSample(sample, resolve, caption)
      if (drawable === undefined) return undefined
      // names from a database are anybody's: none of them may lead out of the folder
      const name = folderName(`run${options.run}-${stageOf(sample)}-${sample.step}-${sample.ordinal}`)
      const file = path.join(folder, `${name}.png`)
      yield* saveFile(file, yield* picture(drawable))
      return file
    }), { concurrency: 2 })
})

export const samples = Effect.fn("samples")(function*(options: Options) {
  const workspace = Workspace.at(options.db)
  const run = yield* Workspace.runById(workspace, options.run)
  const found = yield* Workspace.samples(workspace, run.id, options.limit)
  const folder = Option.getOrUndefined(options.out)
  const files = folder === undefined ? [] : yield* draw(options, folder, found)
  if (options.json) yield* printJson(found.map((sample, i) => json(sample, files[i])))
  else yield* print(found.length === 0 ? `Run ${run.id} has no samples yet.` : found.map(text).join("\n\n"))
  const drawn = files.filter((file) => file !== undefined)
  if (drawn.length > 0) yield* say(`${drawn.length} pictures are in ${folder}`)
})
