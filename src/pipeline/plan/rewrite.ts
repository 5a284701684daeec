/** Modules rewritten so that a bundler sees what their code rests on, and nothing else. */
import { dirname, resolve } from "node:path"
import { isCall, isFunction } from "./effects.ts"
import { isSyntax, type Syntax, textOf, walk } from "./syntax.ts"

const declarations = new Set([
  "VariableDeclaration",
  "ClassDeclaration",
  "ExportNamedDeclaration",
  "ExportDefaultDeclaration"
])

/** What cannot stand in a function of its own, or does something. */
const loud = new Set(["AwaitExpression", "YieldExpression", "AssignmentExpression", "UpdateExpression"])

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

/** What the bundler takes for something done, although it only gives a value. */
const wrapped = new Set(["TaggedTemplateExpression", "SpreadElement", "BinaryExpression", "TemplateLiteral"])

/** Starts of the quiet calls that initialise top-level declarations, and initialisers with nothing but such, to be wrapped in one. */
const initialisers = (body: ReadonlyArray<unknown>, isQuiet: (call: Syntax) => boolean) => {
  const starts = new Set<number>()
  const whole: Array<Syntax> = []
  const mark = (part: unknown): boolean => {
    let [quiet, odd] = [true, false]
    walk(part, (node) => {
      if (isFunction(node)) return false
      if (isCall(node)) {
        if (!isQuiet(node)) quiet = false
        else if (node.type !== "TaggedTemplateExpression") starts.add(node.start)
      }
      if (loud.has(node.type)) quiet = false
      if (wrapped.has(node.type)) odd = true
      return true
    })
    return quiet && odd
  }
  for (const statement of body as ReadonlyArray<Syntax>) {
    if (!declarations.has(statement.type)) continue
    const inner = isSyntax(statement["declaration"]) ? statement["declaration"] : statement
    if (inner.type !== "VariableDeclaration") mark(statement)
    else {
      for (const { id, init } of inner["declarations"] as ReadonlyArray<Syntax>) {
        mark(id)
        if (isSyntax(init) && mark(init)) whole.push(init)
      }
    }
  }
  return { starts, whole }
}

const isOwnMeta = (node: unknown): boolean => isSyntax(node) && node.type === "MetaProperty"

/** The file that `new URL("./worker.ts", import.meta.url)` names, for such an expression that names code. */
const codeUrl = (node: Syntax, file: string): string | undefined => {
  if (node.type !== "NewExpression" || !isSyntax(node["callee"]) || node["callee"]["name"] !== "URL") return undefined
  const [path, base] = node["arguments"] as ReadonlyArray<Syntax | undefined>
  const value = path?.["value"]
  const isOwn = base?.type === "MemberExpression" && isOwnMeta(base["object"])
  if (!isOwn || typeof value !== "string" || !/^\.{1,2}\/.*\.[cm]?[jt]s$/.test(value)) return undefined
  return resolve(dirname(file), value)
}

/** What stands where something is imported that nobody knows before it runs, with the place; so that it can be told whether it is used. */
export const unfollowed = "__unfollowed"

/** What comes in the place of an `import()` that does not name its file in so many words. */
const imported = (node: Syntax, code: string, file: string): string | undefined => {
  const source = node["source"] as Syntax
  const options = isSyntax(node["options"]) ? code.slice(node["options"].start, node["options"].end) : ""
  if (textOf(source) !== undefined || /type["']?:\s*["']json/.test(options)) return undefined // a file of JSON is data
  const url = source.type === "MemberExpression" && isSyntax(source["object"]) ? source["object"] : source
  const target = codeUrl(url, file)
  if (target !== undefined) return `import(${JSON.stringify(target)})`
  const line = code.slice(0, node.start).split("\n").length
  return `${unfollowed}(${JSON.stringify(`${file}:${line}`)})`
}

/**
 * The module with every call that initialises a top-level declaration marked as pure where it is quiet, so that declarations that nobody
 * uses can be dropped (what does something keeps its effect), and with every URL of code, such as a worker's,
 * replaced by an import of `worker:` and its path; one that is imported, by its path.
 */
export const rewrite = (code: string, file: string, body: ReadonlyArray<unknown>, isQuiet: (call: Syntax) => boolean): string => {
  const urls: Array<{ readonly edit: Edit; readonly target: string }> = []
  const named: Array<Edit> = []
  walk(body, (node) => {
    const text = node.type === "ImportExpression" ? imported(node, code, file) : undefined
    if (text !== undefined) {
      named.push({ start: node.start, end: node.end, text })
      return false
    }
    const target = codeUrl(node, file)
    if (target === undefined) return true
    urls.push({ target, edit: { start: node.start, end: node.end, text: `__worker${urls.length}` } })
    return false
  })
  const replaced = [...named, ...urls.map(({ edit }) => edit)]
  const inReplaced = (at: number) => replaced.some(({ end, start }) => at >= start && at < end)
  const { starts, whole } = initialisers(body, isQuiet)
  const pure = [...starts].filter((at) => !inReplaced(at)).map((at): Edit => ({ start: at, end: at, text: "/*#__PURE__*/ " }))
  const opened = whole.map(({ start }): Edit => ({ start, end: start, text: "/*#__PURE__*/ (() => (" }))
  const closed = whole.map(({ end }): Edit => ({ start: end, end, text: "))()" }))
  const imports = urls.map(({ target }, i) => `import __worker${i} from ${JSON.stringify(`worker:${target}`)};`).join("")
  return imports + apply(code, [...closed, ...opened, ...pure, ...replaced])
}
