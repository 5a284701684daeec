/** The pages of the API: one for each module that studies import, and one for each other face. */
import { block, page, prose, table } from "./markdown.ts"
import { type Face, type Item, symbols } from "./symbols.ts"

/** How the names of a face are imported. */
const importOf: { readonly [face in Face]: string } = {
  index: "assay",
  engine: "assay/engine",
  workspace: "assay/workspace",
  testing: "assay/testing"
}

/** Docstrings as Markdown: what is indented by four is code. */
const text = (docs: string): string =>
  docs.split(/(^```[^]*?^```$|(?:^ {4}.*\n?)+)/m).map((part) => {
    if (part.startsWith("```")) return part
    return part.startsWith("    ") ? block("", part.replace(/^ {4}/gm, "")) : prose(part)
  }).join("").trim()

const summary = (docs: string): string => prose((/^[^]*?[.?!](?=\s|$)/.exec(docs)?.[0] ?? docs).replaceAll(/\s+/g, " ")).replaceAll("|", "\\|")

const entry = (level: number) => (item: Item): string => {
  const heading = `${"#".repeat(level)} ${item.name}`
  if (item.items !== undefined) return page(heading, text(item.docs), ...item.items.map(entry(Math.min(level + 1, 4)))).trim()
  return page(heading, ...(item.code === "" ? [] : [block("ts", item.code)]), text(item.docs)).trim()
}

/** A module as a page of its own. */
const modulePage = (item: Item): string =>
  page(
    `# ${item.name}`,
    `\`import { ${item.name} } from "assay"\``,
    text(item.docs),
    ...(item.items ?? []).map(entry(2))
  )

const fileOf = (name: string): string => `${name.toLowerCase()}.md`

/** What a face has of its own, and where the page of the rest is. */
const facePage = (face: Face, item: Item, known: ReadonlyMap<string, string>): string => {
  const items = item.items ?? []
  const elsewhere = items.filter(({ file, items }) => items !== undefined && known.has(file))
  return page(
    `# ${importOf[face]}`,
    text(item.docs),
    ...(elsewhere.length === 0 ? [] : [
      `${elsewhere.map(({ file, name }) => `[\`${name}\`](${known.get(file)})`).join(", ")} ${elsewhere.length === 1 ? "is" : "are"} as in \`assay\`.`
    ]),
    ...items.filter((one) => !elsewhere.includes(one)).map(entry(2))
  )
}

/** The pages by their names below `reference/api/`. */
export const apiPages = (): { readonly [file: string]: string } => {
  const { index, ...faces } = symbols()
  const modules = index.items ?? []
  const known = new Map(modules.map(({ file, name }) => [file, fileOf(name)]))
  const rest = Object.entries(faces) as Array<[Face, Item]>
  return {
    "README.md": page(
      "# API",
      "What a package may import, from the docstrings of the source. Nothing else is public.",
      "## assay",
      "What study files import.",
      table(["module", "what"], modules.map(({ docs, name }) => [`[\`${name}\`](${fileOf(name)})`, summary(docs)])),
      "## For others",
      table(["face", "for"], rest.map(([face, { docs }]) => [`[\`${importOf[face]}\`](${fileOf(face)})`, summary(docs.replace("The public API of Assay for ", ""))]))
    ),
    ...Object.fromEntries(modules.map((item) => [fileOf(item.name), modulePage(item)])),
    ...Object.fromEntries(rest.map(([face, item]) => [fileOf(face), facePage(face, item, known)]))
  }
}
