/** Metrics as Parquet. */
import { writeParquet } from "../../parquet/writeParquet.ts"
import { columnsOf, type Open } from "./rows.ts"

/** The rows of a run are groups of their own, so that memory holds one run. */
export const parquet: Open = async (out, experiment, axes) => {
  const columns = columnsOf(experiment, axes)
  const file = await writeParquet(out, columns)
  return {
    add: async (run, values) => {
      if (values.length > 0) await file.add(columns.map(({ of }) => values.map((value) => of(run, value))))
    },
    end: file.end
  }
}
