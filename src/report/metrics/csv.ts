/** Metrics as CSV. */
import { open } from "node:fs/promises"
import { record } from "../table/csv.ts"
import { columnsOf, type Open } from "./rows.ts"

/** A header, then a line a row; a value that is not finite is empty. */
export const csv: Open = async (out, experiment, axes) => {
  const columns = columnsOf(experiment, axes)
  const file = await open(out, "w")
  await file.write(`${record(columns.map(({ name }) => name))}\n`)
  return {
    add: async (run, values) => {
      await file.write(values.map((value) => `${record(columns.map(({ of }) => of(run, value)))}\n`).join(""))
    },
    end: () => file.close()
  }
}
