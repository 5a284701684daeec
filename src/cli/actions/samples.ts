import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { mkdir, writeFile } from "node:fs/promises"
import * as path from "node:path"
import { ofSample } from "../../report/figures/pictures.ts"
import * as Store from "../../store/index.ts"
import * as Draw from "../../vision/Paint.ts"
import { imageFile, open, runById } from "../database.ts"
import { invalid } from "../Failure.ts"
import { print, printJson, say } from "../output.ts"

export interface Options {
  readonly run: number
  readonly limit: number
  readonly out: Option.Option<string>
  readonly db: string
  readonly json: boolean
}

type Sample = Effect.Success<ReturnType<typeof Store.samples>>[number]

const corners = ({ x1, x2, y1, y2 }: Sample["boxes"][number]): string =>
  `[${[x1, y1, x2, y2].map((value) => value === null ? "not a number" : Number(value.toFixed(1))).join(", ")}]`

const boxLine = (sample: Sample, role: "true" | "predicted"): string => {
  const boxes = sample.boxes.filter((box) => box.role === role)
  return boxes.length === 0 ? "none" : boxes.map((box) => `${box.label} ${corners(box)}`).join("; ")
}

const rewardLine = (sample: Sample): string =>
  sample.rewards.map(({ error, part, value }) =>
    `${part} ${value === null ? "not a number" : value.toFixed(3)}${error === null ? "" : ` (${error})`}`
  ).join(", ")

/** Indents what a model wrote, so that it cannot be taken for our own words; control characters are made visible. */
const quoted = (text: string): string =>
  text.replace(/(?!\n)\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .split("\n").map((line) => `    ${line}`).join("\n")

const text = (sample: Sample): string => {
  const rewards = rewardLine(sample)
  return [
    `${sample.stageName} step ${sample.step}, answer ${sample.ordinal}: example ${sample.example}, ` +
    `${sample.tokenCount} tokens, ${sample.finishReason}`,
    `  image      ${sample.image} (${sample.width} x ${sample.height}, ` +
    `seen as ${sample.inputWidth} x ${sample.inputHeight})`,
    ...(rewards === "" ? [] : [`  rewards    ${rewards}`]),
    `  true       ${boxLine(sample, "true")}`,
    `  predicted  ${boxLine(sample, "predicted")}`,
    "  completion",
    quoted(sample.completion)
  ].join("\n")
}

const json = ({ boxes, rewards, ...sample }: Sample, picture: string | undefined) => ({
  stage: sample.stageName,
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
  rewards: rewards.map(({ error, part, value }) => ({ part, value, error })),
  boxes: boxes.map(({ label, role, space, x1, x2, y1, y2 }) => ({ role, label, space, box: [x1, y1, x2, y2] })),
  ...(picture === undefined ? {} : { picture })
})

const draw = Effect.fnUntraced(function*(options: Options, folder: string, samples: ReadonlyArray<Sample>) {
  yield* Effect.tryPromise({
    try: () => mkdir(folder, { recursive: true }),
    catch: (cause) => invalid(`The folder ${folder} cannot be made (${String(cause)}). Name another with --out.`)
  })
  return yield* Effect.forEach(samples, (sample) =>
    Effect.gen(function*() {
      const caption = rewardLine(sample) || `${sample.stageName}, example ${sample.example}`
      const png = yield* Draw.picture(ofSample(sample, imageFile(options.db)(sample.image), caption))
      const file = path.join(folder, `run${options.run}-${sample.stageName}-${sample.step}-${sample.ordinal}.png`)
      yield* Effect.tryPromise({
        try: () => writeFile(file, png),
        catch: (cause) => invalid(`${file} cannot be written (${String(cause)}). Name another folder with --out.`)
      })
      return file
    }), { concurrency: 2 })
})

/** Prints completions of a run, held-out ones where there are any, and draws them when asked to. */
export const samples = Effect.fn("samples")(function*(options: Options) {
  const handle = yield* open(options.db)
  const run = yield* runById(handle, options.run)
  const heldOut = yield* Store.samples(handle, run.id, { kind: "evaluate", limit: options.limit })
  const found = heldOut.length > 0 ? heldOut : yield* Store.samples(handle, run.id, { limit: options.limit })
  const folder = Option.getOrUndefined(options.out)
  const files = folder === undefined ? [] : yield* draw(options, folder, found)
  if (options.json) yield* printJson(found.map((sample, i) => json(sample, files[i])))
  else yield* print(found.length === 0 ? `Run ${run.id} has no samples yet.` : found.map(text).join("\n\n"))
  if (files.length > 0) yield* say(`${files.length} pictures are in ${folder}`)
}, Effect.scoped)
