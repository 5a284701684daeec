/** Prints what a data set holds, and draws it. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DataSets from "../../../workspace/DataSets.ts"
import { grid } from "../../grid.ts"
import { print, printJson, say } from "../../output.ts"
import { saveFile } from "../../saveFile.ts"
import { visible } from "../../../report/visible.ts"
import { configOf, type Source } from "../source.ts"

interface Options extends Source {
  readonly out: Option.Option<string>
  readonly json: boolean
}

type Stats = Effect.Success<ReturnType<typeof DataSets.dataStats>>

/** Lines of a table at most; `--json` has them all. */
const most = 20

const table = (title: string, rows: DataSets.Histogram): ReadonlyArray<string> => {
  const rest = rows.length > most ? [["", `and ${rows.length - most} more`, ""]] : []
  return ["", title, grid([...rows.slice(0, most).map(([name, count]) => ["", visible(name), String(count)]), ...rest], [2])]
}

/** What only data with boxes has. */
const boxes = (stats: Stats): ReadonlyArray<string> =>
  stats.counted === "answers" ? [] : [
    `${stats.boxes} boxes (${stats.small} small, ${stats.medium} medium, ${stats.large} large by COCO's areas), ` +
    `${stats.crowds} crowd regions`,
    `${stats.positives} labels to find, ${stats.negatives} that are absent`,
    ...table("examples by boxes", stats.boxesPerExample)
  ]

const text = (stats: Stats): string =>
  [
    `${stats.name}: ${stats.examples} examples on ${stats.pictures} pictures, ${stats.categories} categories, ${stats.skipped} left out`,
    ...boxes(stats),
    ...table("pictures by size in pixels", stats.sizes),
    ...table(stats.counted, stats.labels)
  ].join("\n")

export const stats = Effect.fn("data stats")(function*(options: Options) {
  const config = yield* configOf(options, DataSets.layouts)
  const found = yield* DataSets.dataStats(options.layout, config)
  yield* options.json ? printJson(found) : print(text(found))
  if (Option.isNone(options.out)) return
  const file = options.out.value
  const charts = [
    { title: `${found.name}: ${found.counted}`, bars: found.labels.slice(0, 40) },
    { title: "examples by boxes", bars: found.boxesPerExample.slice(0, 40) },
    { title: "pictures by size in pixels", bars: found.sizes.slice(0, 20) }
  ]
  const { histograms } = yield* Effect.promise(() => import("../../../report/figures/histograms.ts"))
  yield* saveFile(file, yield* Effect.promise(() => histograms(charts)))
  yield* say(`Histograms are in ${file}`)
})
