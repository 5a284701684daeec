/** The public symbols and what is said of them, as the compiler sees them. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { API, type Checker, NodeBuilderFlags, type Project, type Symbol, SymbolFlags } from "typescript/unstable/sync"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** A face of the package: what a program imports from. */
export const faces = ["index", "engine", "workspace", "testing"] as const
export type Face = (typeof faces)[number]

export interface Item {
  readonly name: string
  /** What its docstring says; of a module, its first. Empty where it has none. */
  readonly docs: string
  /** How it is written in a program: a signature, or the declaration of a type. */
  readonly code: string
  /** Where it is declared, relative to the repository. */
  readonly file: string
  /** What a module exports; undefined of what is none. */
  readonly items?: ReadonlyArray<Item>
}

/** Longer types say less than their docstring. */
const longest = 1200

const original = (checker: Checker, symbol: Symbol): Symbol =>
  (symbol.flags & SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol

/** A docstring without its stars. */
const unstarred = (comment: string): string =>
  comment.replace(/^\/\*\*|\*\/$/g, "").split("\n").map((line) => line.replace(/^\s*\* ?/, "")).join("\n").trim()

/** The first docstring of a module, which says what it is. */
const moduleDocs = (text: string): string => unstarred(/^(?:#![^\n]*\n)?\s*(\/\*\*[^]*?\*\/)/.exec(text)?.[1] ?? "")

/** A symbol's docstring; of what comes from `export * as name from ...` by another way, that of this line. */
const docsOf = (project: Project, symbol: Symbol): string => {
  const own = symbol.getDocumentationComment(project.checker).trim()
  if (own !== "") return own
  const line = symbol.declarations[0]?.resolve(project)?.parent?.getFullText() ?? ""
  return unstarred(/(\/\*\*[^*]*\*\/)\s*export \* as /.exec(line)?.[1] ?? "")
}

/** The declaration of a type, as it stands in its file. */
const declarationOf = (project: Project, symbol: Symbol): string => {
  const node = symbol.declarations.map((handle) => handle.resolve(project)).find((node) => node !== undefined)
  return node === undefined ? "" : node.getText().replace(/^export /, "")
}

const isType = (flags: number): boolean => (flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias)) !== 0
const isValue = (flags: number): boolean => (flags & SymbolFlags.Value) !== 0 && (flags & SymbolFlags.ValueModule) === 0

/** Types by the names that a program knows them by, not by the files that they come from. */
const plain = (type: string): string => type.replaceAll(/import\("[^"]*"\)\./g, "").replaceAll(/\breadonly (?=\w+\??:)/g, "")

const signatureOf = (checker: Checker, name: string, symbol: Symbol): string => {
  if ((symbol.flags & SymbolFlags.Class) !== 0) return `class ${name}`
  const type = checker.getTypeOfSymbol(symbol)
  const text = type === undefined ? "" : plain(checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation))
  return text === "" || text === "any" || text.length > longest ? `const ${name}` : `const ${name}: ${text}`
}

/** What a property of an object literal was named from, where it is written as `{ rise }`. */
const named = (project: Project, symbol: Symbol): Symbol => {
  const node = symbol.valueDeclaration?.resolve(project)
  const value = node === undefined ? undefined : project.checker.getShorthandAssignmentValueSymbol(node)
  return value === undefined ? symbol : original(project.checker, value)
}

/** The members of an object that is used as a module is: `Evaluate.rise`. */
const membersOf = (project: Project, name: string, symbol: Symbol): ReadonlyArray<Item> | undefined => {
  const type = (symbol.flags & SymbolFlags.Variable) !== 0 && /^[A-Z]/.test(name) ? project.checker.getTypeOfSymbol(symbol) : undefined
  if (type === undefined || isType(symbol.flags)) return undefined
  const members = project.checker.getPropertiesOfType(type)
  const ours = members.every(({ declarations }) => declarations.every(({ path }) => path.replaceAll("\\", "/").startsWith(`${root}src/`)))
  return ours && members.length > 0 ? sorted(members.map((member) => itemOf(project, named(project, member), member.name))) : undefined
}

/** What is called before what is only named, each by the alphabet: small letters first. */
const sorted = (items: ReadonlyArray<Item>): ReadonlyArray<Item> =>
  items.toSorted((a, b) => Number(/^[A-Z]/.test(a.name)) - Number(/^[A-Z]/.test(b.name)) || (a.name < b.name ? -1 : 1))

const itemOf = (project: Project, exported: Symbol, name = exported.name): Item => {
  const { checker } = project
  const symbol = original(checker, exported)
  const file = symbol.declarations[0]?.path ?? ""
  const at = file.replaceAll("\\", "/").slice(root.length)
  if ((symbol.flags & SymbolFlags.ValueModule) !== 0) {
    const text = project.program.getSourceFile(file)?.text ?? ""
    return { name, docs: moduleDocs(text), code: "", file: at, items: itemsOf(project, symbol) }
  }
  const members = membersOf(project, name, symbol)
  if (members !== undefined) return { name, docs: docsOf(project, symbol), code: "", file: at, items: members }
  const code = [
    ...(isType(symbol.flags) ? [declarationOf(project, symbol)] : []),
    ...(isValue(symbol.flags) ? [signatureOf(checker, name, symbol)] : [])
  ].join("\n\n")
  return { name, docs: docsOf(project, symbol), code, file: at }
}

const itemsOf = (project: Project, module: Symbol): ReadonlyArray<Item> =>
  sorted(project.checker.getExportsOfModule(module).map((symbol) => itemOf(project, symbol)))

/** Everything that each face exports. */
export const symbols = (): { readonly [face in Face]: Item } => {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] }).getProjects()[0]!
    const found = faces.map((face) => {
      const file = project.program.getSourceFile(join(root, "src", `${face}.ts`))!
      const module = project.checker.getSymbolAtLocation(file)!
      return [face, { name: face, docs: moduleDocs(file.text), code: "", file: `src/${face}.ts`, items: itemsOf(project, module) }] as const
    })
    return Object.fromEntries(found) as { readonly [face in Face]: Item }
  } finally {
    api.close()
  }
}
