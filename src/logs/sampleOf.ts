/** A row of completions, taken apart. */
import type { Columns, Row } from "./layout.ts"
import type { LoggedSample } from "./loggedStep.ts"
import { textOf } from "./textOf.ts"

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? Number(value) : undefined

const first = (row: Row, names: ReadonlyArray<string>): unknown => {
  const found = names.find((name) => Object.hasOwn(row, name))
  return found === undefined ? undefined : row[found]
}

/**
 * Names of the columns that are parts of the reward: those that the log of metrics names, or, where there is none, those of numbers
 * after the completion and before the advantage.
 */
const partsIn = (columns: Columns, row: Row, known: ReadonlySet<string>): ReadonlyArray<string> => {
  const names = Object.keys(row)
  const named = names.filter((name) => known.has(name))
  if (named.length > 0) return named
  const end = names.findIndex((name) => columns.advantage.includes(name))
  const apart = [...columns.step, ...columns.solution, columns.prompt]
  return names.slice(names.indexOf(columns.completion) + 1, end < 0 ? undefined : end).filter((name) => !apart.includes(name))
}

/** A solution that is no text is its JSON; undefined where there is none, and where it nests deeper than can be written. */
const solutionOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  try {
    return textOf(value) ?? JSON.stringify(value)
  } catch (cause) {
    if (cause instanceof RangeError) return undefined
    throw cause
  }
}

/** The completion of a row; or what is wrong with the row, in words. */
export const sampleOf = (columns: Columns, row: Row, known: ReadonlySet<string>): LoggedSample | string => {
  const texts = { prompt: textOf(row[columns.prompt]), completion: textOf(row[columns.completion]) }
  for (const role of ["prompt", "completion"] as const) {
    if (texts[role] === undefined) return `has no text and no messages in "${columns[role]}" (its columns are ${Object.keys(row).join(", ") || "none"})`
  }
  const rewards = Object.fromEntries(partsIn(columns, row, known).flatMap((name) => {
    const value = numberOf(row[name])
    return value === undefined || Number.isNaN(value) ? [] : [[name, value]]
  }))
  const solution = solutionOf(first(row, columns.solution))
  const [total, advantage] = [numberOf(first(row, columns.total)), numberOf(first(row, columns.advantage))]
  const finish = row["finish_reason"]
  const placed = [...columns.step, ...columns.solution, ...columns.advantage, columns.prompt, columns.completion, ...Object.keys(rewards)]
  return {
    prompt: texts.prompt!,
    completion: texts.completion!,
    ...(solution === undefined ? {} : { solution }),
    ...(finish === "stop" || finish === "length" ? { finishReason: finish } : {}),
    rewards,
    ...(total === undefined || Number.isNaN(total) ? {} : { total }),
    ...(advantage === undefined || Number.isNaN(advantage) ? {} : { advantage }),
    others: Object.fromEntries(Object.entries(row).filter((entry): entry is [string, string | number | boolean] =>
      !placed.includes(entry[0]) && isScalar(entry[1])))
  }
}
