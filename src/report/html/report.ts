/** A report as one HTML file that asks nobody for anything: no script, its font and pictures inside. */
import { html, raw } from "hono/html"
import type { Chapter, Made } from "../account/account.ts"
import { curveFigures, partFigures, type ReportFigure, resultFigures } from "../account/draw.ts"
import type { Table } from "../table/Table.ts"
import { figure } from "./figure.ts"
import { samplesSection } from "./samples.ts"
import { commandsSection, definitionsSection, environmentSection, factsOf, missingSection, tokensSection, varySection } from "./sections.ts"
import { style } from "./style.ts"
import { tableSection } from "./table.ts"
import { shown, time } from "./text.ts"

type Content = ReturnType<typeof html>

interface Section {
  readonly id: string
  readonly title: string
  readonly content: Content
}

/** Headings of a chapter stand a level deeper where there are several. */
const heading = (level: 2 | 3 | 4, text: string, id?: string): Content => {
  const at = id === undefined ? "" : html` id="${id}"`
  const inner = shown(text)
  return level === 2 ? html`<h2${at}>${inner}</h2>` : level === 3 ? html`<h3${at}>${inner}</h3>` : html`<h4${at}>${inner}</h4>`
}

const figures = (all: ReadonlyArray<ReportFigure>, none: string): Content =>
  all.length === 0 ? html`<p>${none}</p>` : html`${all.map(figure)}`

const sectionsOf = (chapter: Chapter, level: 2 | 3, database: string): ReadonlyArray<Section> => {
  const { account, shown: examples, table } = chapter
  const below = (text: string) => heading(level === 2 ? 3 : 4, text)
  const section = (id: string, title: string, content: Content): Section => ({ id, title, content })
  return [
    section("results", "Results", html`${tableSection(table)}${resultFigures(chapter).map(figure)}`),
    section("curves", "Learning curves", figures(curveFigures(chapter), "Nothing went through training steps.")),
    section("parts", "Parts of the reward", figures(partFigures(chapter), "Nothing was rewarded while it trained.")),
    section("settings", "What varies", varySection(account)),
    ...(examples.length === 0 ? [] : [section("answers", "Answers", samplesSection(examples, below))]),
    section("tokens", "Tokens", tokensSection(account)),
    section("missing", "What is missing or failed", missingSection(account)),
    section("definitions", "What is measured", definitionsSection(account, table, below)),
    section("environment", "Environment", environmentSection(account)),
    section("commands", "Again, and checked", commandsSection(account, database))
  ]
}

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:"

/** The report of one experiment, or of several with one table of all before them. */
export const report = (chapters: ReadonlyArray<Chapter>, joint: Table, { at, database, version }: Made): string => {
  const several = chapters.length > 1
  const [first] = chapters
  const title = several || first === undefined ? joint.experiment : first.account.source.question || first.account.source.name
  const parts = chapters.map((chapter, i) => ({
    chapter,
    id: (section: Section) => several ? `${section.id}-${i + 1}` : section.id,
    sections: sectionsOf(chapter, several ? 3 : 2, database)
  }))
  const links = several
    ? [["all", "All together"], ...chapters.map(({ account }, i) => [`experiment-${i + 1}`, account.source.name])]
    : parts.flatMap(({ sections }) => sections.map(({ id, title }) => [id, title]))
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${shown(joint.experiment)}</title>
<style>${raw(style())}</style>
</head>
<body>
<a class="skip" href="#main">To the results</a>
<header><p class="kind">${several ? "Report of experiments" : "Report of an experiment"}</p><h1>${shown(title)}</h1>${
    several || first === undefined ? "" : factsOf(first.account)
  }<nav aria-label="Contents"><ul>${links.map(([id, name]) => html`<li><a href="#${id}">${shown(name!)}</a></li>`)}</ul></nav></header>
<main id="main">
${several ? html`${heading(2, "All together", "all")}${tableSection(joint)}` : ""}
${
    parts.map(({ chapter, id, sections }, i) =>
      html`${several ? html`${heading(2, chapter.account.source.name, `experiment-${i + 1}`)}<p>${shown(chapter.account.source.question)}</p>${factsOf(chapter.account)}` : ""}${
        sections.map((section) => html`<section>${heading(several ? 3 : 2, section.title, id(section))}${section.content}</section>`)
      }`)
  }
</main>
<footer>Written by assay ${version} at ${time(at.toISOString())} (UTC) from ${shown(database)}, which holds every completion behind these numbers.</footer>
</body>
</html>
`
  return String(page)
}
