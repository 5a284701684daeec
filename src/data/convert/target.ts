/** Layouts that data sets can be written in. */
import type { AnyExample, Dataset } from "../../task/dataset.ts"

/** What a layout's writer gets: the examples in order, as often as it wants, and the names of their pictures. */
export interface Source<E extends AnyExample = AnyExample> {
  readonly dataset: Pick<Dataset, "name" | "categories">
  readonly examples: () => AsyncIterable<E>
  /** Path of an example's picture from the images folder, with forward slashes. */
  readonly fileOf: (example: E) => string
}

/** One file to be written: where, from the folder of the result, and its text in pieces. */
export interface Output {
  readonly path: string
  readonly text: AsyncIterable<string> | Iterable<string>
}

/** The files of a data set in a layout, one after the other. */
export type Target<E extends AnyExample> = (source: Source<E>) => AsyncIterable<Output> | Iterable<Output>

/** Rows as JSON lines. */
export const jsonLines = async function*<E>(examples: AsyncIterable<E>, rowOf: (example: E, index: number) => object): AsyncGenerator<string> {
  let index = 0
  for await (const example of examples) yield `${JSON.stringify(rowOf(example, index++))}\n`
}

/** The file's name without folder and suffix, and the folder before it. */
export const stemOf = (file: string): string => file.replace(/\.[^./]*$/, "")
