/** What varies: the settings in which the rows of an experiment differ, and those that they share. */

type Scalar = null | boolean | number | string

interface Settings {
  readonly variant: string
  readonly params: { readonly [path: string]: Scalar }
}

export interface Varying {
  readonly path: string
  /** One a row, in their order; undefined where a row has no such setting. */
  readonly values: ReadonlyArray<Scalar | undefined>
}

export interface Vary {
  readonly rows: ReadonlyArray<string>
  readonly varying: ReadonlyArray<Varying>
  readonly shared: ReadonlyArray<{ readonly path: string; readonly value: Scalar }>
}

/** Settings by path, in the order of the alphabet. */
export const vary = (rows: ReadonlyArray<Settings>): Vary => {
  const paths = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))].toSorted()
  const all = paths.map((path) => ({ path, values: rows.map(({ params }) => Object.hasOwn(params, path) ? params[path] : undefined) }))
  const differs = ({ values }: Varying): boolean => values.some((value) => value !== values[0])
  return {
    rows: rows.map(({ variant }) => variant),
    varying: all.filter(differs),
    shared: all.filter((one) => !differs(one)).map(({ path, values }) => ({ path, value: values[0] ?? null }))
  }
}
