/** Modules as they are hashed: rewritten, each once, and told apart by what happens on loading them. */
import { readFileSync } from "node:fs"
import { sha256 } from "./Canonical.ts"
import { quietIn } from "./effects.ts"
import { type Module, moduleOf } from "./names.ts"
import { once } from "./once.ts"
import { rewrite } from "./rewrite.ts"
import { parse, sourcesIn, type Syntax } from "./syntax.ts"

/** The file of the user's own that a specifier means to an importer. */
export type Find = (specifier: string, importer: string) => Promise<string | undefined>

/** A module as it is hashed, with the sha256 of what it was. */
export type Rewrite = (code: string, file: string, find: Find) => Promise<{ readonly code: string; readonly digest: string }>

export const isScript = (file: string): boolean => /\.[cm]?[jt]sx?$/.test(file)

const languageOf = (file: string) => /\.[cm]?ts$/.test(file) ? "ts" as const : file.endsWith("x") ? "tsx" as const : "js" as const

/** A module, and those of the user's that it imports. */
interface Read {
  readonly module: Module
  readonly files: ReadonlyArray<string>
}

/** Those of the user's are rewritten with a look at the modules that they import, as calls may do something there. */
export const rewriter = (isOurs: (file: string) => boolean): Rewrite => {
  const texts = new Map<string, Promise<Read>>()
  const rewrites = new Map<string, ReturnType<Rewrite>>()
  const read = (file: string, find: Find) =>
    once(texts, file, async (): Promise<Read> => {
      const body = await parse(readFileSync(file, "utf8"), languageOf(file))
      const files = new Map<string, string>()
      for (const specifier of sourcesIn(body)) {
        const target = await find(specifier, file)
        if (target !== undefined && isScript(target)) files.set(specifier, target)
      }
      return { files: [...files.values()], module: moduleOf(body, (specifier) => files.get(specifier)) }
    })
  const around = async (file: string, find: Find): Promise<ReadonlyMap<string, Module>> => {
    const modules = new Map<string, Module>()
    const files = new Set([file])
    for (const one of files) {
      const { files: more, module } = await read(one, find)
      modules.set(one, module)
      for (const next of more) files.add(next)
    }
    return modules
  }
  const quiet = async (file: string, find: Find): Promise<(call: Syntax) => boolean> => {
    if (isOurs(file) || file.startsWith("\0")) return () => true // nothing here registers itself
    const modules = await around(file, find)
    return quietIn(modules.get(file)!, modules)
  }
  return (code: string, file: string, find: Find) =>
    once(rewrites, file, async () => {
      const body = await parse(code, languageOf(file))
      return { code: rewrite(code, file, body, await quiet(file, find)), digest: sha256(code) }
    })
}
