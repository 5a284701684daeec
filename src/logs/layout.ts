/** What a trainer's logs have of their own: the names of its files and of their columns. */

/** A row of a log: an object, whatever it holds. */
export type Row = { readonly [column: string]: unknown }

export const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value)

/** Columns of completions; of several names, the first that a row has. */
export interface Columns {
  readonly step: ReadonlyArray<string>
  readonly prompt: string
  readonly completion: string
  readonly solution: ReadonlyArray<string>
  readonly total: ReadonlyArray<string>
  readonly advantage: ReadonlyArray<string>
}

/** The numbers of a step. */
export interface Numbers {
  readonly step: number
  readonly metrics: { readonly [name: string]: number }
}

export interface Layout {
  /** What it is called on a command line. */
  readonly name: string
  /** Its files within the folder that the trainer writes, by their paths in it; states of Transformers' trainers are read beside them. */
  readonly completions: RegExp
  readonly metrics: RegExp
  readonly columns: Columns
  /** The numbers of a row of its metrics; undefined for a row that is of no step. */
  readonly numbers: (row: Row) => Numbers | undefined
}

/** A step as trainers write it: 7, "7", or "7/100". Undefined for anything else. */
export const stepOf = (value: unknown): number | undefined => {
  const step = typeof value === "bigint" || typeof value === "number"
    ? Number(value)
    : typeof value === "string" && /^\d{1,15}(\/\d+)?$/.test(value)
    ? Number.parseInt(value, 10)
    : NaN
  return Number.isSafeInteger(step) && step >= 0 ? step : undefined
}

/** The numbers among the values of a row, but for some; what is null was to be a number. */
export const numbersIn = (row: Row, but: ReadonlyArray<string>): Numbers["metrics"] =>
  Object.fromEntries(Object.entries(row).flatMap(([name, value]) => {
    if (but.includes(name) || (value !== null && typeof value !== "number")) return []
    return [[name, value ?? NaN]]
  }))
