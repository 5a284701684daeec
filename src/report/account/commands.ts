/** The commands by which anybody makes the same experiment again, and checks it. */
import type { Account } from "./account.ts"

/** A word as a shell takes it. */
export const quote = (word: string): string => /^[\w@.,+:/=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** ` path=value` at the end of a name, where its path, or the end of it, is one that the study has; all else is of the study's own name. */
const partsOf = (name: string, paths: ReadonlyArray<string>): ReadonlyArray<string> => {
  const isSetting = (part: string) => paths.some((path) => `.${path}.`.includes(`.${part.slice(0, part.indexOf("="))}.`))
  return name.split(/ (?=[\w.#-]+=)/).reduce<ReadonlyArray<string>>((parts, part) =>
    parts.length === 0 || isSetting(part) ? [...parts, part] : [...parts.slice(0, -1), `${parts.at(-1)} ${part}`], [])
}

/** `name@scale path=value ...` as the flags that made it. */
const flagsOf = ({ rows, source: { name } }: Account): ReadonlyArray<string> => {
  const [first = "", ...overrides] = partsOf(name, rows.flatMap(({ params }) => Object.keys(params)))
  const scale = /@([^@\s]+)$/.exec(first)?.[1]
  return [...(scale === undefined ? [] : ["--scale", scale]), ...overrides.flatMap((override) => ["--set", override])]
}

const seedsOf = (seeds: ReadonlyArray<number>): string => {
  const sorted = [...new Set(seeds)].toSorted((a, b) => a - b)
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)]
  return last - first === sorted.length - 1 ? `${first}..${last}` : sorted.join(",")
}

const line = (...words: ReadonlyArray<string>): string => ["npx", "assay", ...words.map(quote)].join(" ")

/** To check out the code, where it is known and was committed. */
const checkout = ({ environments }: Account): ReadonlyArray<string> => {
  const commits = new Set(environments.map(({ facts }) => facts["git.commit"]))
  const [commit] = commits
  return commits.size === 1 && commit !== undefined ? [`git checkout ${commit} && npm ci`] : []
}

/** A database of another name than the command's own is named. */
const databaseFlags = (database: string): ReadonlyArray<string> => database === "runs.db" ? [] : ["--db", database]

/** What was never run by a study, such as an imported log, has no file. */
export const commandsOf = (account: Account, database: string) => {
  const db = databaseFlags(database)
  const { file, name } = account.source
  const seeds = seedsOf(account.runs.map(({ seed }) => seed))
  return {
    again: file.endsWith(".ts") ? [...checkout(account), line("run", file, ...flagsOf(account), "--seeds", seeds, ...db)] : [],
    verify: line("verify", name, ...db),
    table: line("table", name, ...db),
    report: line("report", name, ...db)
  }
}
