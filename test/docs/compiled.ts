/** Code that stands in pages, as the compiler sees it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { checkStudy } from "../../src/workspace/checkStudy.ts"

/** The blocks of TypeScript in a page. */
export const blocksOf = (text: string): ReadonlyArray<string> => Array.from(text.matchAll(/```ts\n([^]*?)```/g), ([, code]) => code!)

/** What the compiler has against the blocks, each a file beside the others. */
export const errorsIn = async (blocks: ReadonlyArray<string>): Promise<ReadonlyArray<string> | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), "assay-docs-"))
  blocks.forEach((code, i) => writeFileSync(join(folder, `block${i}.ts`), code))
  writeFileSync(join(folder, "all.ts"), blocks.map((_, i) => `export * as block${i} from "./block${i}.ts"\n`).join(""))
  const errors = await Effect.runPromise(checkStudy(join(folder, "all.ts")))
  rmSync(folder, { recursive: true })
  return errors
}
