/**
 * The whole published study, at its quick scale: `npm run study [-- --seeds 5] [-- --report]`.
 *
 * Runs every study of the list, one after the other, into runs.db (or `$ASSAY_DB`), and writes docs/results.md. What is finished is
 * not run again, and what was stopped goes on where it stood. Each has five seeds, whatever it has when it is run alone: an interval
 * of five is half as wide as one of three. `--report` runs nothing and writes the page of what runs.db holds.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import { exits } from "../../src/pipeline/Errors.ts"
import { reasonOf } from "../../src/pipeline/reason.ts"
import { at, loadStudy } from "../../src/workspace.ts"
import { problems } from "./checkFindings.ts"
import { comparisons, open, studies } from "./findings.ts"
import { measured } from "./measured.ts"
import { page } from "./page.ts"
import { pageFile } from "./provenance.ts"
import { runStudy } from "./runStudy.ts"

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const fileOf = (name: string): string => `pipelines/${name}.ts`

/** Fails before anything runs when a study is not there, or has not what a finding is held against. */
const check = Effect.gen(function*() {
  const wrong = problems(comparisons, yield* Effect.forEach(studies, ({ name }) => loadStudy(fileOf(name))))
  if (wrong.length > 0) return yield* Effect.fail({ message: wrong.join("\n"), exitCode: exits.invalid })
})

/** Runs all, and returns what to exit with; one that fails stops no other. */
const runAll = async (seeds: string): Promise<number> => {
  const failed: Array<string> = []
  for (const [i, { name, section }] of studies.entries()) {
    say(`\nStudy ${i + 1} of ${studies.length}: ${name} (${section})`)
    const code = await runStudy(fileOf(name), seeds)
    if (code === exits.interrupted) return code
    if (code !== 0) failed.push(name)
  }
  if (failed.length > 0) say(`\nNot all runs of ${failed.join(", ")} are done; the same command tries them again.`)
  return failed.length > 0 ? exits.broke : 0
}

const writePage = Effect.gen(function*() {
  const workspace = at(process.env["ASSAY_DB"] || "runs.db")
  const found = yield* Effect.forEach(studies, ({ name }) =>
    Effect.map(measured(workspace, name), (study) => study === undefined ? [] : [[name, study] as const]))
  writeFileSync(pageFile, page({ studies, comparisons, open, measured: new Map(found.flat()) }))
  say(`\nResults: ${pageFile}`)
})

const options = Effect.try({
  try: () => parseArgs({ options: { report: { type: "boolean", default: false }, seeds: { type: "string", default: "5" } } }).values,
  catch: (cause) => ({ message: `${reasonOf(cause)}. It takes --seeds and --report.`, exitCode: exits.usage })
})

const program = Effect.gen(function*() {
  const { report, seeds } = yield* options
  yield* check
  const code = report ? 0 : yield* Effect.promise(() => runAll(seeds))
  if (code === exits.interrupted) say(`\nThe same command goes on; with \`-- --report\` it writes ${pageFile} of what there is.`)
  else yield* writePage
  return code
})

process.exitCode = await Effect.runPromise(Effect.catch(program, ({ exitCode, message }) =>
  Effect.sync(() => {
    say(`study: ${message}`)
    return exitCode
  })))
