/** The pages that people read, and what stands in them. */
import { globSync, readFileSync } from "node:fs"

/** A page with its text; paths are relative to the repository. */
export interface Page {
  readonly path: string
  readonly text: string
}

const page = (path: string): Page => ({ path: path.replaceAll("\\", "/"), text: readFileSync(path, "utf8") })

/** Pages of the site. */
export const docs: ReadonlyArray<Page> = globSync("docs/**/*.md").filter((path) => !path.includes("node_modules")).toSorted().map(page)

/** These, and what is read beside the code. */
export const pages: ReadonlyArray<Page> = [
  ...["README.md", "CHANGELOG.md", "AGENTS.md", "CONTRIBUTING.md", "bench/README.md", "test/peers/README.md"].map(page),
  ...globSync(["examples/*/README.md", "assets/*/README.md"]).toSorted().map(page),
  ...docs
]

export interface Block {
  readonly page: string
  /** Line of its fence, from 1. */
  readonly line: number
  /** Empty where the fence names none: what is shown there is no code. */
  readonly language: string
  readonly code: string
}

const fence = /^```(\w*)[^\n]*\n([^]*?)^```$/gm

/** The blocks of code in a page. */
export const blocksIn = ({ path, text }: Page): ReadonlyArray<Block> =>
  [...text.matchAll(fence)].map(({ 1: language, 2: code, index }) => ({
    page: path,
    line: text.slice(0, index).split("\n").length,
    language: language!,
    code: code!
  }))

/** A page's text without its blocks of code. */
export const proseOf = ({ text }: Page): string => text.replace(fence, "")

/** The anchors of a page's headings, as they are named where Markdown is shown. */
export const anchorsOf = (page: Page): ReadonlySet<string> =>
  new Set([...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
  ))
