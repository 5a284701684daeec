/**
 * Writes what is made of the sources: `npm run docs:reference`, after a change of a command, a docstring, a view, a metric or a
 * reward. The pages of docs/reference, and bin/help.txt, which `assay --help` prints; into the folder that is named instead of here.
 */
import * as Effect from "effect/Effect"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { helpText } from "../src/cli/help.ts"
import { helpOf } from "./reference/commands.ts"
import { referencePages } from "./reference/pages.ts"

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url))
const pages = await referencePages()
const help = helpText(await Effect.runPromise(helpOf([])), true)

rmSync(join(root, "docs/reference"), { recursive: true, force: true })
const files = [...[...pages].map(([path, text]) => [`docs/reference/${path}`, text] as const), ["bin/help.txt", `${help}\n`] as const]
for (const [path, text] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
