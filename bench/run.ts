/**
 * The bench: `npm run bench -- [PART ...] [--rounds N] [--threads N] [--smoke]`. Prints one JSON object to stdout, progress to
 * stderr. What each part measures stands in README.md beside this file.
 */
import { arch, cpus, platform, totalmem } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as Child from "./support/child.ts"
import { defaults, type Json, say, type Settings } from "./support/measure.ts"

const names = ["train", "decode", "step", "score", "serve", "coco", "store", "data", "scaling", "memory", "rollout", "served", "tinker", "ui", "engine", "queue"]

/** A whole number above 0. */
const count = (flag: string, value: string | undefined, otherwise: number): number => {
  const number = value === undefined ? otherwise : Number(value)
  if (!Number.isInteger(number) || number < 1) usage(`--${flag} must be a whole number above 0, not ${value}`)
  return number
}

const usage = (message: string): never => {
  say(`${message}\nusage: npm run bench -- [${names.join(" | ")} ...] [--rounds N] [--threads N] [--smoke]`)
  process.exit(2)
}

const readWords = (): { readonly chosen: ReadonlyArray<string>; readonly settings: Settings } => {
  const options = { rounds: { type: "string" }, threads: { type: "string" }, smoke: { type: "boolean" } } as const
  try {
    const { positionals, values } = parseArgs({ options, allowPositionals: true })
    const unknown = positionals.find((name) => !names.includes(name))
    if (unknown !== undefined) usage(`no part is called ${unknown}`)
    const settings = {
      rounds: count("rounds", values.rounds, values.smoke === true ? 1 : defaults.rounds),
      threads: count("threads", values.threads, defaults.threads),
      smoke: values.smoke === true
    }
    return { chosen: positionals.length === 0 ? names : names.filter((name) => positionals.includes(name)), settings }
  } catch (cause) {
    return usage(cause instanceof Error ? cause.message : String(cause))
  }
}

/** A part that fails says so in its place, and the others still run. */
const runPart = async (name: string, settings: Settings): Promise<Json> => {
  try {
    const file = fileURLToPath(new URL("./part.ts", import.meta.url))
    return JSON.parse(await Child.output([file, name, JSON.stringify(settings)])) as Json
  } catch (cause) {
    process.exitCode = 1
    return { error: cause instanceof Error ? cause.message : String(cause) }
  }
}

const { chosen, settings } = readWords()
const results: { [part: string]: Json } = {}
for (const name of chosen) results[name] = await runPart(name, settings)
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryBytes: totalmem(),
  system: `${platform()} ${arch()}`,
  node: process.version
}
console.log(JSON.stringify({ ...settings, machine, ...results }, null, 2))
