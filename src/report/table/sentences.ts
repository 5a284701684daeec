/** What a reader must know to read a table honestly. */
import { level } from "../comparisons.ts"
import { fewest } from "../statistics.ts"
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

interface Compared {
  readonly row: string
  readonly metric: string
  readonly difference: Difference
}

type Pick = (cell: Cell) => Difference | undefined

const withPairs = (table: Table, pick: Pick): ReadonlyArray<Compared> =>
  table.rows.flatMap((row) =>
    row.cells.flatMap((cell) => {
      const difference = pick(cell)
      return difference !== undefined && difference.n >= fewest ? [{ row: row.variant, metric: cell.metric, difference }] : []
    })
  )

/** What can be judged: differences that vary from pair to pair. */
const comparisons = (table: Table, pick: Pick): ReadonlyArray<Compared> =>
  withPairs(table, pick).filter(({ difference }) => difference.p !== null)

/** Differences that are the same at every seed, which say nothing of chance. */
const constantSentence = (table: Table, other: string, pick: Pick): ReadonlyArray<string> => {
  const constant = withPairs(table, pick).filter(({ difference }) => difference.p === null)
  if (constant.length === 0) return []
  const which = table.columns.flatMap(({ title }) => {
    const rows = constant.filter(({ metric }) => metric === title)
    return rows.length === 0 ? [] : [`${title}: ${rows.map(({ row }) => quoted(row)).join(", ")}`]
  })
  return [`The same difference to ${other} at every seed, by which no test can judge chance: ${which.join("; ")}.`]
}

/** `mAP above: AP50; recall below: AP`. */
const named = (table: Table, some: ReadonlyArray<Compared>): string =>
  table.columns.flatMap(({ title: metric }) =>
    (["above", "below"] as const).flatMap((side) => {
      const rows = some.filter((one) => one.metric === metric && (side === "above") === one.difference.delta > 0)
      return rows.length === 0 ? [] : [`${metric} ${side}: ${rows.map((one) => quoted(one.row)).join(", ")}`]
    })
  ).join("; ")

/** Which rows differ from `other`, as far as that can be judged. */
const separationSentence = (table: Table, other: string, pick: Pick, family: number): ReadonlyArray<string> => {
  const all = comparisons(table, pick)
  const constant = constantSentence(table, other, pick)
  if (all.length > 0) return [judgedSentence(table, other, all, family), ...constant]
  return constant.length > 0 ? constant : [`No row has three seeds in common with ${other}, so no difference to it can be judged.`]
}

/** Says which rows differ from `other`, before and after the correction, and how far chance alone would go. */
const judgedSentence = (table: Table, other: string, all: ReadonlyArray<Compared>, family: number): string => {
  if (!all.some(({ difference }) => difference.bare)) {
    return all.length === 1
      ? `No variant is separated from ${other}: the 95 % interval of the paired difference includes zero.`
      : `No variant is separated from ${other}: the 95 % intervals of all ${all.length} paired differences include zero.`
  }
  const separated = all.filter(({ difference }) => difference.separated)
  const bare = all.filter(({ difference }) => difference.bare && !difference.separated)
  const correction = `Holm's correction over the table's ${count(family, "comparison")}`
  const first = separated.length === 0
    ? `No variant is separated from ${other} after ${correction}.`
    : `Separated from ${other} (*, paired t-test, 5 % after ${correction}): ${named(table, separated)}.`
  const chance = `of ${count(all.length, "comparison")} chance alone would set ${(all.length * level).toFixed(1)} as far apart`
  const second = bare.length === 0
    ? ""
    : ` Only before it (°, the 95 % interval of the paired difference leaves zero out; ${chance}): ${named(table, bare)}.`
  return first + second
}

/** What the brackets are, where any difference has them. */
const detectableSentence = (table: Table, picks: ReadonlyArray<Pick>): ReadonlyArray<string> =>
  table.rows.some(({ cells }) => cells.some((cell) => picks.some((pick) => (pick(cell)?.detectable ?? null) !== null)))
    ? ["In brackets: the smallest true difference that so many pairs, as spread as these, show in 80 of 100 repetitions (two-sided, " +
      "5 %, before any correction)."]
    : []

const settingSentences = (table: Table): ReadonlyArray<string> =>
  table.settings.flatMap(({ differing, scope, shared }) => {
    const told = Object.entries(shared).map(([name, value]) => `${name} ${value}`)
    const differences = differing.map(({ name, values }) => {
      const alike = new Set(values.map(({ shown }) => shown)).size < values.length ? " (they read alike and are not)" : ""
      return `${name} ${values.map(({ rows, shown }) => `${shown} for ${list(rows.map(quoted))}`).join("; ")}${alike}`
    })
    return [
      ...(told.length === 0 ? [] : [`Settings of ${scope}: ${told.join(", ")}.`]),
      ...(differences.length === 0 ? [] : [`Rows differ in settings of ${scope}, compare them with care: ${differences.join(". ")}.`])
    ]
  })

/** Failed runs first, so that none hides behind those that are still to come. */
const missingSentence = (missing: Table["missing"]): ReadonlyArray<string> => {
  if (missing.length === 0) return []
  const failed = missing.filter(({ status }) => status === "failed")
  const named = [...failed, ...missing.filter(({ status }) => status !== "failed")].slice(0, 6)
    .map((run) => `${run.variant} seed ${run.seed} (${run.status})`)
  const more = missing.length > named.length ? [`${missing.length - named.length} more`] : []
  const counted = failed.length > 0 && missing.length > 1 ? ` ${failed.length} of ${missing.length} failed.` : ""
  return [`Not in the table yet: ${list([...named, ...more])}.${counted}`]
}

/** What a reader must know to read the table honestly, one sentence or two an item. */
export const sentences = (table: Table): ReadonlyArray<string> => {
  const published = table.rows.some((row) => row.cells.some((cell) => cell.published !== undefined))
  const toBaseline: Pick = (cell) => cell.toBaseline
  const toReference: Pick = (cell) => cell.toReference
  const family = comparisons(table, toBaseline).length + comparisons(table, toReference).length
  const judged = (other: string | undefined, pick: Pick): ReadonlyArray<string> =>
    other === undefined || table.rows.every(({ cells }) => cells.every((cell) => pick(cell) === undefined))
      ? []
      : separationSentence(table, other, pick, family)
  return [
    seedsSentence(table),
    ...sizeSentence(table.evaluationSizes),
    ...settingSentences(table),
    ...judged(table.baseline, toBaseline),
    ...judged(table.reference, toReference),
    ...detectableSentence(table, [toBaseline, toReference]),
    ...(table.looks > 1
      ? [`Seeds went on until the answer was known: intervals and p of differences hold at all ${table.looks} looks at them together.`]
      : []),
    ...(published
      ? [
        "Published figures are those that the experiment file quotes; their model and data may differ from these."
      ]
      : []),
    ...missingSentence(table.missing)
  ]
}
