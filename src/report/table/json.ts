/** Tables as JSON. */
import { sentences } from "./sentences.ts"
import type { Table } from "./Table.ts"

/** The table as JSON: its value as it is (numbers at full precision), and the sentences as `notes`. */
export const json = (table: Table): string => JSON.stringify({ ...table, notes: sentences(table) }, null, 2)
