/** The table of findings and what was measured about them, in Markdown. */
import { level } from "../../src/report/comparisons.ts"
import { differenceText, escape, line } from "../../src/report/table/markdown.ts"
import { decimalsOf, signed } from "../../src/report/table/numbers.ts"
import { fewest } from "../../src/report/statistics.ts"
import { fullName } from "../../src/pipeline/declare/Metric.ts"
import type { Table } from "../../src/workspace.ts"
import type { Comparison, Open } from "./claims.ts"
import type { Measured } from "./measured.ts"
import { judge, type Judged, type Verdict } from "./verdicts.ts"

/** As the table says it. */
export const words: { readonly [verdict in Verdict]: string } = {
  same: "same sign",
  opposite: "**opposite sign**",
  apart: "**told apart**",
  together: "not told apart",
  undecided: "not decided",
  unmeasured: "not measured"
}

/** Studies by name, as far as they have been run. */
export type ByStudy = ReadonlyMap<string, Measured>

const decimalPlaces = (value: number): number => String(value).split(".")[1]?.length ?? 0

const publishedText = (published: Comparison["published"]): string => {
  if (published === undefined) return "no figure"
  if (typeof published === "string") return published
  const [first, second] = published
  const digits = Math.max(decimalPlaces(first), decimalPlaces(second))
  return `${first.toFixed(digits)} against ${second.toFixed(digits)} (${signed(first - second, digits)})`
}

const comparedText = ({ first, second, study }: Comparison): string =>
  first.row === second.row
    ? `${study}, ${first.row}: ${first.metric} − ${second.metric}`
    : `${study}, ${first.metric}: ${first.row} − ${second.row}`

const measuredText = ({ difference, finding }: Judged, ablation: Table.Source["ablation"]): string => {
  if (difference === undefined) return ""
  const rows = ablation.filter((row) => fullName(row) === finding.first.metric)
  return differenceText(difference, decimalsOf(rows[0]?.unit ?? "", rows.flatMap(({ mean }) => mean ?? [])))
}

/** Why there is no difference to judge. */
const reason = ({ first, second }: Comparison, study: Measured | undefined): string => {
  if (study === undefined) return "the study has not been run"
  const missing = study.table.missing.filter(({ variant }) => variant === first.row || variant === second.row)
  if (missing.some(({ status }) => status === "failed")) return "runs failed"
  return missing.length > 0 ? "runs are missing" : "no seed has both numbers"
}

const judgedLine = (judged: Judged, studies: ByStudy): string => {
  const { difference, finding, verdict } = judged
  const study = studies.get(finding.study)
  return line([
    finding.section,
    escape(finding.says),
    publishedText(finding.published),
    escape(comparedText(finding)),
    measuredText(judged, study?.source.ablation ?? []),
    String(difference?.n ?? 0),
    verdict === "unmeasured" ? `${words.unmeasured}: ${reason(finding, study)}` : words[verdict]
  ])
}

const openLine = ({ says, section, why }: Open): string =>
  line([section, escape(says), "no figure", "", "", "0", `${words.unmeasured}: ${escape(why)}`])

/** How often each verdict was found, as a sentence, and what chance alone would find. */
const counts = (judged: ReadonlyArray<Judged>, open: ReadonlyArray<Open>): string => {
  const ordered = judged.filter(({ finding }) => finding.claim === "above")
  const alike = judged.filter(({ finding }) => finding.claim === "alike")
  const of = (some: ReadonlyArray<Judged>, wanted: Verdict) => some.filter(({ verdict }) => verdict === wanted).length
  const tested = judged.filter(({ difference }) => difference !== undefined && difference.n >= fewest).length
  return [
    `Of ${ordered.length} findings that set one above the other, the sign here is the same for ${of(ordered, "same")}, the`,
    `opposite for ${of(ordered, "opposite")} and not decided for ${of(ordered, "undecided")}. Of ${alike.length} that found two`,
    `alike, both are told apart here for ${of(alike, "apart")}, not told apart for ${of(alike, "together")} and not decided for`,
    `${of(alike, "undecided")}. Not measured: ${of(judged, "unmeasured") + open.length}. Chance alone would set`,
    `${(tested * level).toFixed(1)} of the ${tested} comparisons of ${fewest} pairs or more apart.`
  ].join(" ")
}

const explained = [
  "\"Measured\" is the first minus the second, paired by seed, ± half of its 95 % interval; in brackets the smallest true " +
  "difference that so many pairs, as spread as these, show in 80 of 100 repetitions. n counts pairs of runs: two rows that were " +
  "computed once and shared by all seeds are one pair, and runs without the number (a reward that never rose has no first step) " +
  "are in none.",
  `A sign is decided where the interval leaves zero out, of ${fewest} pairs or more. Bold with a star: also after Holm's ` +
  "correction over all comparisons of this table; °: only before it.",
  "\"Not told apart\" does not prove that two are alike: they may differ by as much as the interval allows."
]

/** Every finding with its verdict, and how often there is which. */
export const agreement = (
  comparisons: ReadonlyArray<Comparison>,
  open: ReadonlyArray<Open>,
  studies: ByStudy
): ReadonlyArray<string> => {
  const judged = judge(comparisons, (finding) => studies.get(finding.study)?.differenceOf(finding))
  return [
    counts(judged, open),
    "",
    line(["section", "finding", "published", "compared here", "measured", "n", "verdict"]),
    line(["---", "---", "---", "---", "--:", "--:", "---"]),
    ...judged.map((one) => judgedLine(one, studies)),
    ...open.map(openLine),
    "",
    ...explained.map((sentence) => `- ${escape(sentence)}`)
  ]
}
