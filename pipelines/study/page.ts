/** The page of results, in Markdown: a function of what was measured. */
import { duration } from "../../src/cli/run/progress/format.ts"
import { escape } from "../../src/report/table/markdown.ts"
import { formats } from "../../src/workspace.ts"
import { agreement, type ByStudy } from "./agreement.ts"
import type { Comparison, Open, Study } from "./claims.ts"
import type { Facts, Measured } from "./measured.ts"
import { codeWords, machineWords } from "./provenance.ts"

export interface Contents {
  readonly studies: ReadonlyArray<Study>
  readonly comparisons: ReadonlyArray<Comparison>
  readonly open: ReadonlyArray<Open>
  readonly measured: ByStudy
}

const introduction = `# Results

Written by \`npm run study\`; change it there. It holds the published study that Assay makes reproducible (VLM-R1's findings on
RL for open-vocabulary detection) against the same comparisons in a drawn world: scenes of coloured shapes, and models so small
that a training takes minutes on two cores.

**What this shows, and what not.** It shows that every comparison can be declared, run, resumed and judged with seeds and
intervals, and how the rewards, prompts and methods compare for these models on these scenes. It says nothing about the figures
of Qwen2.5-VL on photographs: neither does an agreement confirm them, nor does a disagreement refute them. The published figures
are of single runs, without seeds or intervals. All studies have their quick scale here: short trainings, and few seeds, by
which small differences stay undecided.`

/** Each of the words with the studies that it is said of; of all studies, it stands alone. */
const grouped = (measured: ByStudy, say: (facts: Facts) => string): string => {
  const said = [...measured].flatMap(([name, { facts }]) => facts.map((one) => ({ name, words: say(one) })))
  const groups = [...Map.groupBy(said, ({ words }) => words)]
  return groups.map(([words, all]) =>
    groups.length === 1 ? words : `${words} (${[...new Set(all.map(({ name }) => name))].join(", ")})`
  ).join("; ") || "nothing has been run"
}

const provenance = ({ measured }: Contents): ReadonlyArray<string> => {
  const times = [...measured.values()].flatMap(({ times }) => times).toSorted()
  const day = (time: string | undefined) => time?.slice(0, 10)
  const date = times.length === 0 ? "none yet" : [...new Set([day(times[0]), day(times.at(-1))])].join(" to ")
  return [
    "- Command: `npm run study`",
    `- Program: ${grouped(measured, codeWords)}`,
    `- Machine: ${grouped(measured, machineWords)}`,
    `- Date of the runs (UTC): ${date}`
  ]
}

/** `seeds 0 to 4`, or the list of them. */
const seedWords = (seeds: ReadonlyArray<number>): string =>
  seeds.length > 2 && seeds.every((seed, i) => seed === seeds[0]! + i)
    ? `seeds ${seeds[0]} to ${seeds.at(-1)}`
    : `seed${seeds.length === 1 ? "" : "s"} ${seeds.join(", ")}`

const resultOf = ({ done, runs, seconds, seeds, source, table }: Measured): ReadonlyArray<string> => [
  escape(source.question),
  "",
  `${done} of ${runs} runs are done, ${seedWords(seeds)}; their stages took ${duration(seconds)}, added up.`,
  "",
  formats.md(table)
]

/** The whole page. */
export const page = (contents: Contents): string => {
  const { comparisons, measured, open, studies } = contents
  return [
    introduction,
    "",
    ...provenance(contents),
    "",
    "## Where the drawn world agrees with the findings",
    "",
    ...agreement(comparisons, open, measured),
    ...studies.flatMap(({ name, note, section }) => {
      const study = measured.get(name)
      return ["", `## ${name} (${section})`, "", ...(note === undefined ? [] : [note, ""]), ...(study === undefined ? ["Not run yet."] : resultOf(study))]
    }),
    ""
  ].join("\n")
}
