/** Prints the code hashes of a checkout's own stages: `node hashes.ts ROOT REF...`, a REF being `path/of/module.ts#export`. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const [root = "", ...refs] = process.argv.slice(2)
const { make } = await import(pathToFileURL(join(root, "src/pipeline/plan/CodeHash.ts")).href)
const codeOf = make()
const found: { [ref: string]: string } = {}
for (const ref of refs) {
  const [module = "", name] = ref.split("#")
  const code = codeOf({ module: pathToFileURL(join(root, module)).href, export: name })
  found[ref] = ((await Effect.runPromise(code)) as { hash: string }).hash
}
console.log(JSON.stringify(found))
