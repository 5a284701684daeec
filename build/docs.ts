/** Writes docs/reference/: `npm run docs:reference`, after a change of a command, a docstring, a view, a metric or a reward. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { referencePages } from "./reference/pages.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const pages = await referencePages()

rmSync(join(root, "docs/reference"), { recursive: true, force: true })
for (const [path, text] of pages) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
