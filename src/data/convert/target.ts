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

/** A layout that is written: which examples it holds, and the files of a data set of these, one after the other. */
export interface Target {
  readonly holds: (example: AnyExample) => boolean
  /** Which of these have no place in it; they are counted. All have one unless given. */
  readonly leavesOut?: (example: AnyExample) => boolean
  readonly write: (source: Source) => AsyncIterable<Output> | Iterable<Output>
}

/** A layout for the examples that `holds` tells from others. */
export const target = <E extends AnyExample>(
  holds: (example: AnyExample) => example is E,
  write: (source: Source<E>) => AsyncIterable<Output> | Iterable<Output>
): Target => ({ holds, write: (source) => write(source as unknown as Source<E>) })

/** Rows as JSON lines. */
export const jsonLines = async function*<E>(
  examples: AsyncIterable<E>,
  rowOf: (example: E, index: number) => object
): AsyncGenerator<string> {
  let index = 0
  for await (const example of examples) yield `${JSON.stringify(rowOf(example, index++))}\n`
}

/** The file's name without folder and suffix, and the folder before it. */
export const stemOf = (file: string): string => file.replace(/\.[^./]*$/, "")
