/** Seconds and peak memory of a training step as one thing grows at a time: batch, length, picture, parameters. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Shape } from "./support/batch.ts"
import * as Measure from "./support/measure.ts"
import { measureTraining, type Request } from "./support/training.ts"

const tiny = "assets/tiny-vl"

/** What every row has but for the one thing that it changes. */
const base = { groups: 8, samples: 8, side: 112, tokens: 40 }

interface Row {
  readonly changed: "batch" | "completionTokens" | "pictureSide" | "parameters"
  readonly shape: Shape
  /** Width of the decoder; its heads keep their size. */
  readonly hidden?: number
}

const rows: ReadonlyArray<Row> = [
  ...[1, 2, 4, 8, 16].map((groups): Row => ({ changed: "batch", shape: { ...base, groups } })),
  ...[20, 40, 80, 160, 320].map((tokens): Row => ({ changed: "completionTokens", shape: { ...base, tokens } })),
  // The shipped folder resizes whatever is larger than 224 x 224.
  ...[112, 168, 224].map((side): Row => ({ changed: "pictureSide", shape: { ...base, side } })),
  ...[160, 320, 640].map((hidden): Row => ({ changed: "parameters", shape: base, hidden }))
]

const smokeRows: ReadonlyArray<Row> = [
  { changed: "batch", shape: { groups: 1, samples: 2 } },
  { changed: "pictureSide", shape: { groups: 1, samples: 2, side: 168 } },
  { changed: "parameters", shape: { groups: 1, samples: 2 }, hidden: 320 }
]

export const scaling: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const table = []
    const chosen = settings.smoke ? smokeRows : rows
    for (const [i, row] of chosen.entries()) {
      Measure.say(`scaling: row ${i + 1} of ${chosen.length}`)
      const model = row.hidden === undefined || row.hidden === 160
        ? { folder: tiny, weights: "folder" as const }
        : { folder: wider(folder, row.hidden), weights: 0 }
      const request: Request = { ...model, shape: row.shape, threads: settings.threads, rounds: settings.rounds }
      const { completionTokens, parameters, peakBytes, seconds, sequences } = await measureTraining(request)
      table.push({
        changed: row.changed,
        sequences,
        tokensEach: completionTokens / sequences,
        side: row.shape.side ?? base.side,
        parameters,
        seconds,
        peakBytes
      })
    }
    return { threads: settings.threads, table }
  })

/** The shipped folder's configs with a decoder of another width, to be given random weights. */
const wider = (folder: string, hidden: number): string => {
  const to = join(folder, `hidden-${hidden}`)
  mkdirSync(to, { recursive: true })
  const files = readdirSync(tiny).filter((name) => name.endsWith(".json"))
  for (const name of files) copyFileSync(join(tiny, name), join(to, name))
  const config = JSON.parse(readFileSync(join(tiny, "config.json"), "utf8"))
  const times = hidden / config.hidden_size
  const scaled = {
    ...config,
    hidden_size: hidden,
    num_attention_heads: times * config.num_attention_heads,
    num_key_value_heads: times * config.num_key_value_heads,
    intermediate_size: times * config.intermediate_size,
    vision_config: { ...config.vision_config, out_hidden_size: hidden }
  }
  writeFileSync(join(to, "config.json"), JSON.stringify(scaled))
  return to
}
