/** A report as Markdown for a README or a pull request, with its figures as files. */
import type { Account, Chapter, Made } from "../account/account.ts"
import { commandsOf } from "../account/commands.ts"
import { metricsOf, rewardsOf } from "../account/defined.ts"
import { curveFigures, partFigures, type ReportFigure, resultFigures } from "../account/draw.ts"
import { failuresOf } from "../account/failures.ts"
import { tokensOf } from "../account/tokens.ts"
import { vary } from "../account/vary.ts"
import { widths } from "../figures/canvas.ts"
import { screenPng } from "../figures/formats.ts"
import { readable } from "../figures/letters.ts"
import { answersPng } from "./answers.ts"
import { escape, line, markdown } from "../table/markdown.ts"
import type { Table } from "../table/Table.ts"

export interface Written {
  readonly text: string
  /** Names are paths from the text's folder. */
  readonly figures: ReadonlyArray<{ readonly name: string; readonly content: Uint8Array }>
}

const shown = (value: unknown): string => value === undefined ? "" : escape(readable(String(value).slice(0, 400)))

/** Words of ours, which may hold code. */
const ours = (text: string) => ({ text: text.replaceAll("|", "\\|") })

const cellOf = (cell: unknown): string => typeof cell === "object" && cell !== null && "text" in cell ? String(cell.text) : shown(cell)

const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<string> =>
  [line(heads.map(shown)), line(heads.map(() => "---")), ...rows.map((cells) => line(cells.map(cellOf))), ""]

/** Code that none of its own backticks can end. */
const fenced = (lines: ReadonlyArray<string>): ReadonlyArray<string> => ["````sh", ...lines.map((one) => readable(one).replaceAll("````", "` ` ` `")), "````", ""]

const varying = ({ rows, source }: Account): ReadonlyArray<string> => {
  const references = new Set(source.variants.filter(({ role }) => role === "reference").map(({ name }) => name))
  const { rows: names, varying } = vary(rows.filter(({ variant }) => !references.has(variant)))
  return varying.length === 0
    ? ["Nothing: all rows have the same settings.", ""]
    : table(["setting", ...names], varying.map(({ path, values }) => [path, ...values]))
}

const missing = ({ runs }: Account): ReadonlyArray<string> => {
  const open = runs.filter(({ status }) => status !== "done")
  return open.length === 0
    ? [`No run: all ${runs.length} are done.`, ""]
    : table(["row", "seed", "status", "error"], open.map(({ error, seed, status, variant }) => [variant, seed, status, error ?? ""]))
}

const environment = ({ environments }: Account): ReadonlyArray<string> =>
  environments.flatMap(({ facts }) => [
    Object.entries(facts).filter(([name]) => name !== "git.diff" && name !== "git.untracked").map(([name, fact]) => `${shown(name)} ${shown(fact)}`).join(", "),
    ""
  ])

const rounded = (number: number | null): string => number === null ? "-" : String(Number(number.toFixed(1)))

type Pictures = (figures: ReadonlyArray<Pick<ReportFigure, "name" | "title">>) => ReadonlyArray<string>

const answers = { name: "answers", title: "The same examples under several rows: true boxes in green, predicted ones dashed in red" }

/** The rules by which the examples that are drawn were chosen, in their order. */
const chosenBy = (chapter: Chapter): string => {
  const drawn = chapter.shown.filter(({ picture }) => picture !== undefined)
  return `Each example is ${[...new Set(drawn.map(({ chosen }) => chosen))].join(", or ")}; in this order.`
}

const textOf = (chapter: Chapter, level: string, database: string, pictures: Pictures, hasAnswers: boolean) => {
  const { account, table: own } = chapter
  const commands = commandsOf(account, database)
  return [
    `${shown(account.source.question)} (${shown(account.source.name)}, ${account.runs.filter(({ status }) => status === "done").length} of ${account.runs.length} runs done)`,
    "",
    markdown(own),
    "",
    ...pictures(resultFigures(chapter)),
    `${level} While training`,
    "",
    ...pictures([...curveFigures(chapter), ...partFigures(chapter)]),
    `${level} What varies`,
    "",
    ...varying(account),
    ...(hasAnswers
      ? [`${level} Answers`, "", chosenBy(chapter), "", ...pictures([answers])]
      : []),
    `${level} Tokens`,
    "",
    ...table(["row", "stage", "completions", "shortest", "mean", "longest", "3000 and more"],
      tokensOf(account.tokens).map((one) => [one.variant, one.stage, one.n, rounded(one.min), rounded(one.mean), rounded(one.max), one.long])),
    `${level} What is missing or failed`,
    "",
    ...missing(account),
    failuresOf(account.parts),
    "",
    `${level} What is measured`,
    "",
    ...table(["metric", "what it is"], own.columns.flatMap(({ name, scope, title }) =>
      metricsOf(account).filter((metric) => metric.name === name && metric.scope === scope).map(({ what }) => [title, ours(what)]))),
    ...table(["part of the reward", "range", "what it gives"], rewardsOf(account).map(({ part, range, what }) => [part, range, ours(what)])),
    `${level} Environment`,
    "",
    ...environment(account),
    `${level} Again, and checked`,
    "",
    ...fenced([...commands.again, commands.verify, commands.report])
  ]
}

/** The text, and its figures as PNG in `folder` beside it. */
export const report = async (chapters: ReadonlyArray<Chapter>, joint: Table, { at, database, version }: Made, folder: string): Promise<Written> => {
  const several = chapters.length > 1
  const figures: Array<Written["figures"][number]> = []
  const texts: Array<string> = []
  for (const [i, chapter] of chapters.entries()) {
    const all = [...resultFigures(chapter), ...curveFigures(chapter), ...partFigures(chapter)]
    const nameOf = ({ name }: Pick<ReportFigure, "name">) => `${folder}/${several ? `${i + 1}-` : ""}${name}.png`
    for (const one of all) figures.push({ name: nameOf(one), content: await screenPng(widths.page, one.draw) })
    const sheet = answersPng(chapter.shown)
    if (sheet !== undefined) figures.push({ name: nameOf(answers), content: sheet })
    const pictures: Pictures = (own) => own.flatMap((one) => [`![${shown(one.title)}](${encodeURI(nameOf(one))})`, ""])
    texts.push(...(several ? [`## ${shown(chapter.account.source.name)}`, ""] : []), ...textOf(chapter, several ? "###" : "##", database, pictures, sheet !== undefined))
  }
  const text = [
    `# ${shown(joint.experiment)}`,
    "",
    ...(several ? [markdown(joint), ""] : []),
    ...texts,
    `Written by assay ${version} on ${at.toISOString().slice(0, 10)}.`
  ].join("\n")
  return { text: `${text}\n`, figures }
}
