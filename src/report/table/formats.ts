/** The formats that a table can be printed in, by name: to add one takes its file and a line here. */
import { csv } from "./csv.ts"
import { json } from "./json.ts"
import { latex } from "./latex.ts"
import { markdown } from "./markdown.ts"
import type { Table } from "./Table.ts"
import { text } from "./text.ts"

/** `columns` is the width of the page, where a format minds it. */
export type Format = (table: Table, columns: number) => string

/** The formats by name. */
export const formats = { text, md: markdown, csv, json, latex } as const satisfies { readonly [name: string]: Format }
