/** Outlines of code: a hash of every declaration, by which two states of some code are told apart in words. */
import { findPackageJSON } from "node:module"
import { dirname, relative, sep } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import type { CodeRef } from "../declare/Node.ts"
import type { CodeError } from "../Errors.ts"
import { sha256 } from "./Canonical.ts"
import * as CodeHash from "./CodeHash.ts"
import { isSyntax, parse, type Syntax } from "./syntax.ts"

/**
 * Hashes of all declarations that some code uses, by module and name; `""` is what a module does on loading. Modules of this program
 * go by `assay:` and their path in it, others by their path from the nearest package.json, or else from the module of the code.
 */
export interface Outline {
  readonly [module: string]: { readonly [declaration: string]: string }
}

/** What `Outline` calls a module. */
const nameOf = (file: string, entry: string): string => {
  const slashes = (path: string) => path.replaceAll(sep, "/")
  const inProgram = relative(CodeHash.program, file)
  if (!inProgram.startsWith("..")) return `assay:${slashes(inProgram).replace(/\.js$/, ".ts")}`
  const manifest = findPackageJSON(pathToFileURL(file))
  return slashes(relative(dirname(manifest ?? entry), file))
}

/** The names that a statement at the top of a module declares. */
const declared = (statement: Syntax): ReadonlyArray<string> => {
  const nameIn = (node: unknown): string => isSyntax(node) && typeof node["name"] === "string" ? node["name"] : ""
  if (statement.type !== "VariableDeclaration") return [nameIn(statement["id"])]
  return (statement["declarations"] as ReadonlyArray<Syntax>).map(({ id }) => nameIn(id))
}

/** Bundling numbers names that several modules have; the numbers depend on what else is there. */
const unnumbered = (text: string): string => text.replace(/\$\d+\b/g, "")

/** Hashes of the declarations of one module. Names of locals, comments and white space do not change them. */
const declarationsOf = async (code: string): Promise<Outline[string]> => {
  const { minifySync } = await import("rolldown/utils")
  const found: { [name: string]: string } = {}
  for (const statement of await parse(code, "js") as ReadonlyArray<Syntax>) {
    const text = minifySync("declaration.js", unnumbered(code.slice(statement.start, statement.end)), { compress: false, module: true }).code
    for (const name of declared(statement).map(unnumbered)) found[name] = sha256(`${found[name] ?? ""}${text}`).slice(0, 16)
  }
  return found
}

const ofSources = async (sources: CodeHash.Sources, entry: string): Promise<Outline> => {
  const modules = await Promise.all([...sources].map(async ([file, code]) => [nameOf(file, entry), await declarationsOf(code)] as const))
  return Object.fromEntries(modules.filter(([, names]) => Object.keys(names).length > 0).sort(([a], [b]) => a < b ? -1 : 1))
}

/** The outline of some code as it is now. Fails with `CodeError`. */
export const of = (ref: CodeRef): Effect.Effect<Outline, CodeError> =>
  CodeHash.ofProcess.made(ref, "outline", (sources) => ofSources(sources, fileURLToPath(ref.module)))

/** A declaration that two states of some code do not share. `left`, `right`: whether the one or the other has it at all. */
export interface Change {
  readonly module: string
  readonly declaration: string
  readonly left: boolean
  readonly right: boolean
}

/** The declarations that differ, by module and name. */
export const changes = (left: Outline, right: Outline): ReadonlyArray<Change> =>
  [...new Set([...Object.keys(left), ...Object.keys(right)])].sort().flatMap((module) => {
    const [a, b] = [left[module] ?? {}, right[module] ?? {}]
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name])
      .map((declaration) => ({ module, declaration, left: declaration in a, right: declaration in b }))
  })
