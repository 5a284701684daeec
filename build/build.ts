/**
 * Writes dist/, what the package is made of: one JavaScript module and its declarations for every module of src, with the
 * same names, since fingerprints follow modules. `npm pack` runs it; from a clone nothing does, as Node reads src itself.
 */
import { execFileSync } from "node:child_process"
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const dist = fileURLToPath(new URL("../dist", import.meta.url))

const compile = (): void => {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc")
  const config = fileURLToPath(new URL("tsconfig.json", import.meta.url))
  execFileSync(process.execPath, [tsc, "-p", config], { stdio: "inherit" })
}

/** Where the compiler leaves the ending of a module's source: in URLs of code, and in declarations. */
const endings: { readonly [pattern: string]: RegExp } = {
  "**/*.js": /(?<=new URL\("\.{1,2}\/[^"]*\.)ts(?=", import\.meta\.url\))/g,
  "**/*.d.ts": /(?<=(?:from|import)[ (]"\.{1,2}\/[^"]*\.)ts(?=")/g
}

rmSync(dist, { recursive: true, force: true })
compile()
for (const [pattern, ending] of Object.entries(endings)) {
  for (const name of globSync(pattern, { cwd: dist })) {
    const file = join(dist, name)
    writeFileSync(file, readFileSync(file, "utf8").replace(ending, "js"))
  }
}
