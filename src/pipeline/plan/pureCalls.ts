/** A node of the syntax tree, as far as walking it needs to know. */
interface Syntax {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

const isSyntax = (value: unknown): value is Syntax =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"

const runsLater = new Set(["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"])

const calls = new Set(["CallExpression", "NewExpression"])

const collect = (value: unknown, found: Set<number>): void => {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found)
  } else if (isSyntax(value) && !runsLater.has(value.type)) {
    if (calls.has(value.type)) found.add(value.start)
    for (const inner of Object.values(value)) collect(inner, found)
  }
}

const declarations = new Set([
  "VariableDeclaration",
  "ClassDeclaration",
  "ExportNamedDeclaration",
  "ExportDefaultDeclaration"
])

/**
 * The module with every call that initialises a top-level declaration marked as pure, so that declarations that nobody
 * uses can be dropped. Top-level calls that stand alone keep their effect.
 */
export const markPure = async (code: string, file: string): Promise<string> => {
  const { parseAst } = await import("rolldown/parseAst")
  const found = new Set<number>()
  const lang = /\.[cm]?ts$/.test(file) ? "ts" : file.endsWith("x") ? "tsx" : "js"
  for (const statement of parseAst(code, { lang }).body) {
    if (declarations.has(statement.type)) collect(statement, found)
  }
  let marked = ""
  let from = 0
  for (const at of [...found].sort((a, b) => a - b)) {
    marked += `${code.slice(from, at)}/*#__PURE__*/ `
    from = at
  }
  return marked + code.slice(from)
}
