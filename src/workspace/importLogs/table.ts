/** The experiment that imported runs stand in: its variants in the order in which they came, and its table. */
import type { ExperimentRecord, TableRecord } from "../../pipeline/run/Records.ts"
import { origin } from "./origin.ts"

/** The experiment as it is stored, as far as it is there. */
interface Stored {
  readonly variants: ReadonlyArray<{ readonly name: string; readonly role: "variant" | "baseline" | "reference" }>
  readonly table: unknown
}

/** The one stage of an imported run. */
export const stageName = "imported"

/** What is looked at first, of what there is: the reward and its parts, or the loss where nothing is rewarded. */
const chosen = (metrics: ReadonlyArray<string>): ReadonlyArray<string> => {
  const rewards = metrics.filter((name) => name === "reward" || name.startsWith("reward/"))
  const others = ["completionLength", "kl"].filter((name) => metrics.includes(name))
  return [...(rewards.length > 0 ? rewards.toSorted((a, b) => Number(b === "reward") - Number(a === "reward")) : ["loss"]), ...others]
}

/** The experiment with one more variant, or the same where it has it. The first one is the baseline. */
export const withVariant = (
  name: string,
  stored: Stored | undefined,
  variant: string,
  metrics: ReadonlyArray<string>
): ExperimentRecord => {
  const before = stored?.variants ?? []
  const known = before.some((one) => one.name === variant)
  const table = (stored?.table ?? { metrics: [], published: {} }) as TableRecord // which this function wrote
  const titles = new Set(table.metrics.map(({ title }) => title))
  const added = chosen(metrics).filter((title) => !titles.has(title))
  return {
    name,
    question: "How did these trainings go, by their own logs?",
    file: origin,
    variants: [...before, ...known ? [] : [{ name: variant, role: before.length === 0 ? "baseline" as const : "variant" as const }]]
      .map(({ name, role }) => ({ name, role, cell: {} })),
    table: { ...table, metrics: [...table.metrics, ...added.map((title) => ({ title, scope: stageName, name: title }))] }
  }
}
