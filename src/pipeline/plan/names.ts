/** Modules as names: what each of them stands for, and where it comes from. */
import { isSyntax, type Syntax, walk } from "./syntax.ts"

/** Where a name of a module comes from: another module of the user's (`name` as it exports it, "*" for all), or, without `file`, elsewhere. */
interface Origin {
  readonly file: string | undefined
  readonly name: string
}

/** A module, as far as calls need to know it. */
export interface Module {
  readonly imports: ReadonlyMap<string, Origin>
  /** By exported name: a name of its own, or one of another module. */
  readonly exports: ReadonlyMap<string, string | Origin>
  /** Files that it exports all of. */
  readonly stars: ReadonlyArray<string | undefined>
  readonly scope: Scope
}

export type Modules = ReadonlyMap<string, Module>

/** What names stand for: a function, a class, the value of a constant, or undefined for what may be anything. */
export interface Scope {
  readonly names: ReadonlyMap<string, Syntax | undefined>
  readonly outer: Scope | undefined
}

export const functions = new Set(["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"])
export const classes = new Set(["ClassDeclaration", "ClassExpression"])

export const child = (node: Syntax, key: string): Syntax | undefined => isSyntax(node[key]) ? node[key] : undefined
export const list = (node: Syntax, key: string): ReadonlyArray<Syntax> => Array.isArray(node[key]) ? (node[key] as Array<unknown>).filter(isSyntax) : []
export const nameOf = (node: unknown): string =>
  isSyntax(node) ? typeof node["name"] === "string" ? node["name"] : typeof node["value"] === "string" ? node["value"] : "" : ""

/** All names in a pattern. */
export const namesIn = (pattern: Syntax, found: Array<string> = []): ReadonlyArray<string> => {
  if (pattern.type === "Identifier") found.push(nameOf(pattern))
  else if (pattern.type === "AssignmentPattern") namesIn(child(pattern, "left")!, found)
  else if (pattern.type === "RestElement") namesIn(child(pattern, "argument")!, found)
  else if (pattern.type === "Property") namesIn(child(pattern, "value")!, found)
  else if (pattern.type === "TSParameterProperty") namesIn(child(pattern, "parameter")!, found)
  else for (const inner of [...list(pattern, "elements"), ...list(pattern, "properties")]) namesIn(inner, found)
  return found
}

/** What statements declare, at any depth but not within functions. */
export const declaredIn = (statements: unknown, names: Map<string, Syntax | undefined>): void =>
  walk(statements, (node) => {
    if (functions.has(node.type) || classes.has(node.type)) {
      if (node.type.endsWith("Declaration")) names.set(nameOf(node["id"]), node)
      return false
    }
    if (node.type !== "VariableDeclaration") return true
    for (const declarator of list(node, "declarations")) {
      const id = child(declarator, "id")!
      const init = node["kind"] === "const" ? child(declarator, "init") : undefined
      for (const name of namesIn(id)) names.set(name, id.type === "Identifier" ? init : undefined)
    }
    return true
  })

/** A module by its statements; `locate` gives the file that an import of the user's own code means. */
export const moduleOf = (body: ReadonlyArray<unknown>, locate: (specifier: string) => string | undefined): Module => {
  const imports = new Map<string, Origin>()
  const exports = new Map<string, string | Origin>()
  const stars: Array<string | undefined> = []
  const names = new Map<string, Syntax | undefined>()
  declaredIn(body, names)
  for (const statement of body as ReadonlyArray<Syntax>) {
    const source = child(statement, "source")
    const file = source === undefined ? undefined : locate(nameOf(source))
    for (const one of list(statement, "specifiers")) {
      const local = nameOf(one["local"])
      if (statement.type !== "ImportDeclaration") exports.set(nameOf(one["exported"]), source === undefined ? local : { file, name: local })
      else imports.set(local, { file, name: one.type === "ImportSpecifier" ? nameOf(one["imported"]) : one.type === "ImportDefaultSpecifier" ? "default" : "*" })
    }
    if (statement.type === "ExportAllDeclaration") {
      if (statement["exported"] === null) stars.push(file)
      else exports.set(nameOf(statement["exported"]), { file, name: "*" })
    }
    const declaration = child(statement, "declaration")
    if (statement.type === "ExportDefaultDeclaration" && declaration !== undefined) {
      names.set("*default*", declaration)
      exports.set("default", "*default*")
    } else if (declaration !== undefined) {
      const own = new Map<string, Syntax | undefined>()
      declaredIn([declaration], own)
      for (const name of own.keys()) exports.set(name, name)
    }
  }
  return { imports, exports, stars, scope: { names, outer: undefined } }
}
