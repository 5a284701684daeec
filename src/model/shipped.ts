/** Model folders that come with this program, by names that are the same on every machine. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The shipped model of two million parameters, which detects coloured shapes. */
export const tiny = "assay:tiny-vl"

/** The folder that a study names: `assay:tiny-vl` lies in this program's own assets. */
export const modelFolder = (folder: string): string =>
  folder.startsWith("assay:")
    ? join(fileURLToPath(new URL("../../assets", import.meta.url)), folder.slice("assay:".length))
    : folder
