/** Model folders that come with this program, by names that are the same on every machine. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The smaller of the shipped models; `assay:tiny-vl-large` is the other. */
export const tiny = "assay:tiny-vl"

/** The folder that a study names: `assay:tiny-vl` and its like lie in this program's own assets. */
export const modelFolder = (folder: string): string =>
  folder.startsWith("assay:")
    ? join(fileURLToPath(new URL("../../assets", import.meta.url)), folder.slice("assay:".length))
    : folder
