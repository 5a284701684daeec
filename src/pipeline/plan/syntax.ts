/** Syntax trees of modules, and what they import. */

/** A node of the syntax tree, as far as walking it needs to know. */
export interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export const isSyntax = (value: unknown): value is Syntax =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"

/** Calls `visit` for every node of a tree until it says not to go deeper. */
export const walk = (value: unknown, visit: (node: Syntax) => boolean): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit)
  } else if (isSyntax(value) && visit(value)) {
    for (const inner of Object.values(value)) walk(inner, visit)
  }
}

/** The statements of a module. Throws where it is not valid. */
export const parse = async (code: string, lang: "js" | "ts" | "tsx"): Promise<ReadonlyArray<unknown>> => {
  const { parseAst } = await import("rolldown/parseAst")
  return parseAst(code, { lang }).body
}

const importing = new Set(["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression"])

/** The text of a literal; minifiers write some between backticks. */
export const textOf = (node: unknown): string | undefined => {
  if (!isSyntax(node) || (Array.isArray(node["expressions"]) && node["expressions"].length > 0)) return undefined
  const value = node.type === "TemplateLiteral" ? (node["quasis"] as ReadonlyArray<Syntax>)[0]?.["value"] : node["value"]
  const text = typeof value === "object" && value !== null ? (value as { readonly cooked?: unknown }).cooked : value
  return typeof text === "string" ? text : undefined
}

/** What some code imports, at its top or within, as it names it; types apart. */
export const sourcesIn = (body: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  walk(body, (node) => {
    const isType = node["importKind"] === "type" || node["exportKind"] === "type"
    const source = importing.has(node.type) && !isType ? textOf(node["source"]) : undefined
    if (source !== undefined) found.add(source)
    return true
  })
  return found
}

/** What a module imports. */
export const importsOf = async (code: string): Promise<ReadonlySet<string>> => sourcesIn(await parse(code, "js"))
