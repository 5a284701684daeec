/** What a reader must know to read a table honestly. */
import type { Cell, Difference, Table } from "./Table.ts"

const list = (items: ReadonlyArray<string>): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

const quoted = (name: string): string => name.includes(",") ? `"${name}"` : name

const seedsSentence = (table: Table): string => {
  const counts = table.rows.flatMap((row) => row.cells.flatMap((cell) => (cell.measured ? [cell.measured.n] : [])))
  if (counts.length === 0) return "Nothing has been measured yet."
  const most = Math.max(...counts)
  if (most < 2) return "n is the number of independent runs behind a row: 1, so no row has an interval."
  const alone = counts.some((n) => n === 1)
    ? " One that was computed once (and shared by all seeds) has no interval."
    : ""
  return `n counts the independent runs (seeds) behind a row; ± is half of the 95 % t-interval of their mean.${alone}`
}

const sizeSentence = (sizes: Table["evaluationSizes"]): ReadonlyArray<string> => {
  const several = sizes.length > 1
  return sizes.map(({ of, scope, sizes: [size, ...others] }) => {
    if (others.length === 0) {
      return several
        ? `${scope} was evaluated on ${count(size!, `held-out ${of}`)}.`
        : `Evaluated on ${count(size!, `held-out ${of}`)}.`
    }
    const where = several ? ` of ${scope}` : ""
    return `Rows${where} were evaluated on sets of different sizes (${list([size!, ...others].map(String))} ${of}s); ` +
      "compare them with care."
  })
}

/** Says which rows differ from `other`, which do not, and how far chance alone would go. */
const separationSentence = (table: Table, other: string, pick: (cell: Cell) => Difference | undefined): string => {
  const differences = table.rows.flatMap((row) =>
    row.cells.flatMap((cell) => {
      const difference = pick(cell)
      return difference !== undefined && difference.n >= 2
        ? [{ row: row.variant, metric: cell.metric, difference }]
        : []
    })
  )
  if (differences.length === 0) {
    return `No row has two seeds in common with ${other}, so no difference to it can be judged.`
  }
  const separated = differences.filter(({ difference }) => difference.separated)
  if (separated.length === 0) {
    return differences.length === 1
      ? `No variant is separated from ${other}: the 95 % interval of the paired difference includes zero.`
      : `No variant is separated from ${other}: the 95 % intervals of all ` +
        `${differences.length} paired differences include zero.`
  }
  const groups = table.columns.flatMap(({ title: metric }) =>
    (["above", "below"] as const).flatMap((side) => {
      const rows = separated.filter((one) => one.metric === metric && (side === "above") === one.difference.delta > 0)
      return rows.length === 0 ? [] : [`${metric} ${side}: ${rows.map((one) => quoted(one.row)).join(", ")}`]
    })
  )
  return `Separated from ${other} (*, the 95 % interval of the paired difference leaves zero out): ${
    groups.join("; ")
  }. ` +
    `That is ${separated.length} of ${count(differences.length, "comparison")}; chance alone would separate about ` +
    `${(differences.length * 0.05).toFixed(1)}.`
}

const missingSentence = (missing: Table["missing"]): ReadonlyArray<string> => {
  if (missing.length === 0) return []
  const named = missing.slice(0, 6).map((run) => `${run.variant} seed ${run.seed} (${run.status})`)
  const more = missing.length > named.length ? [`${missing.length - named.length} more`] : []
  return [`Not in the table yet: ${list([...named, ...more])}.`]
}

/** What a reader must know to read the table honestly, one sentence or two an item. */
export const sentences = (table: Table): ReadonlyArray<string> => {
  const published = table.rows.some((row) => row.cells.some((cell) => cell.published !== undefined))
  const compared = (pick: (cell: Cell) => Difference | undefined) =>
    table.rows.some((row) => row.cells.some((cell) => pick(cell) !== undefined))
  const toBaseline = (cell: Cell) => cell.toBaseline
  const toReference = (cell: Cell) => cell.toReference
  return [
    seedsSentence(table),
    ...sizeSentence(table.evaluationSizes),
    ...(table.baseline !== undefined && compared(toBaseline)
      ? [separationSentence(table, table.baseline, toBaseline)]
      : []),
    ...(table.reference !== undefined && compared(toReference)
      ? [separationSentence(table, table.reference, toReference)]
      : []),
    ...(published
      ? [
        "Published figures are those that the experiment file quotes; their model and data may differ from these."
      ]
      : []),
    ...missingSentence(table.missing)
  ]
}
