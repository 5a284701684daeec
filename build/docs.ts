/**
 * Writes the reference: `npm run docs:reference`, after a change of a command, a docstring, a view, a metric or a reward. Into
 * docs/reference, or into the folder that is named.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { referencePages } from "./reference/pages.ts"

const folder = process.argv[2] ?? fileURLToPath(new URL("../docs/reference", import.meta.url))
const pages = await referencePages()

rmSync(folder, { recursive: true, force: true })
for (const [path, text] of pages) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
