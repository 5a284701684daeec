/** Prints, once all faults were tried, how many trials of each kind held. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Outcome } from "./trials.ts"

const line = (kind: string, trials: number | string, held: number | string): string =>
  `${kind.padEnd(64)}${String(trials).padStart(8)}${String(held).padStart(8)}\n`

/** A table of the outcomes, in the order in which kinds first came. */
const table = (outcomes: ReadonlyArray<Outcome>): string => {
  const kinds = [...Map.groupBy(outcomes, ({ kind }) => kind)].sort(([a], [b]) => (a < b ? -1 : 1))
  const held = outcomes.filter((one) => one.held).length
  return [
    line("fault", "trials", "held"),
    ...kinds.map(([kind, of]) => line(kind, of.length, of.filter((one) => one.held).length)),
    line("all", outcomes.length, held),
    ...outcomes.filter((one) => !one.held).map(({ kind, what }) => `did not hold: ${kind}: ${what}\n`)
  ].join("")
}

export default () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-faults-"))
  const file = join(folder, "outcomes")
  process.env["ASSAY_FAULTS_OUTCOMES"] = file
  return () => {
    const lines = readFileSync(file, "utf8").trim().split("\n")
    process.stdout.write(`\n${table(lines.map((text) => JSON.parse(text) as Outcome))}`)
    rmSync(folder, { recursive: true })
  }
}
