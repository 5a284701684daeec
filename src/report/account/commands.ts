/** The commands by which anybody makes the same experiment again, and checks it. */
import type { Account } from "./account.ts"

/** A word as a shell takes it. */
export const quote = (word: string): string => /^[\w@.,+:/=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** `name@scale path=value ...` as the flags that made it. */
const flagsOf = (name: string): ReadonlyArray<string> => {
  const [first = "", ...overrides] = name.split(/ (?=[\w.#-]+=)/)
  const scale = first.includes("@") ? ["--scale", first.slice(first.indexOf("@") + 1)] : []
  return [...scale, ...overrides.flatMap((override) => ["--set", override])]
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

/** What was never run by a study, such as an imported log, has no file. */
export const commandsOf = (account: Account) => {
  const { file, name } = account.source
  const seeds = seedsOf(account.runs.map(({ seed }) => seed))
  return {
    again: file.endsWith(".ts") ? [...checkout(account), line("run", file, ...flagsOf(name), "--seeds", seeds)] : [],
    verify: line("verify", name),
    table: line("table", name),
    report: line("report", name)
  }
}
