/** Modules rewritten so that a bundler sees what their code rests on, and nothing else. */
import { dirname, resolve } from "node:path"
import { isSyntax, parse, type Syntax, walk } from "./syntax.ts"

const runsLater = new Set(["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"])

const calls = new Set(["CallExpression", "NewExpression"])

const declarations = new Set([
  "VariableDeclaration",
  "ClassDeclaration",
  "ExportNamedDeclaration",
  "ExportDefaultDeclaration"
])

/** A piece of a text and what comes in its place. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

const apply = (code: string, edits: ReadonlyArray<Edit>): string => {
  let changed = ""
  let from = 0
  for (const { end, start, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    changed += code.slice(from, start) + text
    from = end
  }
  return changed + code.slice(from)
}

/** Starts of the calls that initialise top-level declarations. */
const initialisers = (body: ReadonlyArray<unknown>): ReadonlySet<number> => {
  const found = new Set<number>()
  for (const statement of body as ReadonlyArray<Syntax>) {
    if (!declarations.has(statement.type)) continue
    walk(statement, (node) => {
      if (runsLater.has(node.type)) return false
      if (calls.has(node.type)) found.add(node.start)
      return true
    })
  }
  return found
}

/** The file that `new URL("./worker.ts", import.meta.url)` names, for such an expression that names code. */
const codeUrl = (node: Syntax, file: string): string | undefined => {
  if (node.type !== "NewExpression" || !isSyntax(node["callee"]) || node["callee"]["name"] !== "URL") return undefined
  const [path, base] = node["arguments"] as ReadonlyArray<Syntax | undefined>
  const value = path?.["value"]
  const isOwn = base?.type === "MemberExpression" && isSyntax(base["object"]) && base["object"].type === "MetaProperty"
  if (!isOwn || typeof value !== "string" || !/^\.{1,2}\/.*\.[cm]?[jt]s$/.test(value)) return undefined
  return resolve(dirname(file), value)
}

/**
 * The module with every call that initialises a top-level declaration marked as pure, so that declarations that nobody
 * uses can be dropped (top-level calls that stand alone keep their effect), and with every URL of code, such as a worker's,
 * replaced by an import of `worker:` and its path.
 */
export const rewrite = async (code: string, file: string): Promise<string> => {
  const body = await parse(code, /\.[cm]?ts$/.test(file) ? "ts" : file.endsWith("x") ? "tsx" : "js")
  const urls: Array<{ readonly edit: Edit; readonly target: string }> = []
  walk(body, (node) => {
    const target = codeUrl(node, file)
    if (target === undefined) return true
    urls.push({ target, edit: { start: node.start, end: node.end, text: `__worker${urls.length}` } })
    return false
  })
  const inUrl = (at: number) => urls.some(({ edit }) => at >= edit.start && at < edit.end)
  const pure = [...initialisers(body)].filter((at) => !inUrl(at))
    .map((at): Edit => ({ start: at, end: at, text: "/*#__PURE__*/ " }))
  const imports = urls.map(({ target }, i) => `import __worker${i} from ${JSON.stringify(`worker:${target}`)};`).join("")
  return imports + apply(code, [...pure, ...urls.map(({ edit }) => edit)])
}
