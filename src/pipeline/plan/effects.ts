/** Whether calls do something beside giving a value: what a module does on loading that others could notice. */
import { child, classes, declaredIn, functions, list, type Module, type Modules, nameOf, namesIn, type Scope } from "./names.ts"
import { type Syntax, walk } from "./syntax.ts"

export const isFunction = (node: Syntax): boolean => functions.has(node.type)

const literals = new Set(["Literal", "TemplateLiteral", "ArrayExpression", "UnaryExpression", "BinaryExpression"])
const wrappers = new Set([
  "ParenthesizedExpression",
  "ChainExpression",
  "AwaitExpression",
  "TSNonNullExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression"
])
const calling = new Set(["CallExpression", "NewExpression", "TaggedTemplateExpression"])
export const isCall = (node: Syntax): boolean => calling.has(node.type)

const bare = (node: Syntax): Syntax => wrappers.has(node.type) ? bare((child(node, "expression") ?? child(node, "argument"))!) : node

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** Methods that change what they are called on. */
const changing = words(
  "push pop shift unshift splice sort reverse fill copyWithin set add delete clear append register on once use assign enqueue offer " +
    "exec next emit addEventListener write subscribe"
)
/** Functions that change their first argument. */
const changingFirst = /^(Object\.(assign|define\w+|setPrototypeOf|freeze|seal|preventExtensions)|Reflect\.\w+|Atomics\.\w+)$/
/** Those that call what they are given at once. */
const callingBack = words(
  "map forEach flatMap filter reduce reduceRight some every find findIndex findLast findLastIndex from toSorted sort replace replaceAll " +
    "groupBy makeBy Promise pipe tap call apply"
)
/** Methods that read, whatever they are called on, but for what they call back. */
const reading = words(
  "map forEach flatMap filter reduce reduceRight some every find findIndex findLast findLastIndex toSorted replace replaceAll " +
    "get has keys values entries at slice concat join split includes indexOf flat trim startsWith endsWith toString toFixed toUpperCase " +
    "toLowerCase padStart padEnd repeat charCodeAt codePointAt toReversed with"
)

/** What a value is: made by a package or by the language, or a piece of the user's code with the place where its names are known. */
type Value = "foreign" | { readonly node: Syntax; readonly at: Place } | { readonly all: Module }

interface Place {
  readonly module: Module
  readonly scope: Scope
}

/** Which calls of a module are quiet: they change nothing that anybody could see, as far as can be told. Where it cannot, they are not. */
export const quietIn = (own: Module, modules: Modules): (call: Syntax) => boolean => {
  const judged = new Map<Syntax, boolean>()
  const tracing = new Set<Syntax>()

  const lookUp = (name: string, scope: Scope | undefined): { readonly found: Syntax | undefined; readonly scope: Scope } | undefined =>
    scope === undefined ? undefined : scope.names.has(name) ? { found: scope.names.get(name), scope } : lookUp(name, scope.outer)

  const exported = (file: string | undefined, name: string, seen: ReadonlySet<string> = new Set()): Value | undefined => {
    if (file === undefined) return "foreign"
    const module = modules.get(file)
    if (module === undefined || seen.has(`${file} ${name}`)) return undefined
    if (name === "*") return { all: module }
    const passed = new Set([...seen, `${file} ${name}`])
    const found = module.exports.get(name)
    if (typeof found === "string") return named(found, { module, scope: module.scope }, passed)
    if (found !== undefined) return exported(found.file, found.name, passed)
    for (const star of module.stars) {
      const value = star === undefined ? undefined : exported(star, name, passed)
      if (value !== undefined) return value
    }
    return module.stars.includes(undefined) ? "foreign" : undefined
  }

  const named = (name: string, { module, scope }: Place, seen?: ReadonlySet<string>): Value | undefined => {
    const local = lookUp(name, scope)
    if (local !== undefined) return local.found === undefined ? undefined : valueOf(local.found, { module, scope: local.scope })
    const from = module.imports.get(name)
    return from === undefined ? "foreign" : exported(from.file, from.name, seen)
  }

  /** What an expression gives; undefined where that may be anything. */
  const valueOf = (given: Syntax, at: Place): Value | undefined => {
    const node = bare(given)
    if (tracing.has(node)) return undefined
    tracing.add(node)
    try {
      if (literals.has(node.type)) return "foreign"
      if (node.type === "Identifier") return named(nameOf(node), at)
      if (isCall(node)) return resultOf(node, at)
      if (node.type === "MemberExpression") return memberOf(node, at)
      if (functions.has(node.type) || classes.has(node.type) || node.type === "ObjectExpression") return { node, at }
      return undefined
    } finally {
      tracing.delete(node)
    }
  }

  const memberOf = (node: Syntax, at: Place): Value | undefined => {
    const value = valueOf(child(node, "object")!, at)
    if (value === undefined || value === "foreign") return value
    if (node["computed"] === true) return undefined
    const name = nameOf(node["property"])
    if ("all" in value) {
      const file = [...modules].find(([, module]) => module === value.all)?.[0]
      return file === undefined ? undefined : exported(file, name)
    }
    const property = list(value.node, "properties").findLast((one) => one.type === "Property" && nameOf(one["key"]) === name)
    return property === undefined ? undefined : valueOf(child(property, "value")!, value.at)
  }

  const resultOf = (call: Syntax, at: Place): Value | undefined => {
    const value = valueOf((child(call, "callee") ?? child(call, "tag"))!, at)
    if (value === undefined || value === "foreign") return value
    if ("all" in value || !functions.has(value.node.type)) return undefined
    const body = child(value.node, "body")!
    const returned: Array<Syntax | undefined> = []
    if (body.type !== "BlockStatement") returned.push(body)
    else {
      walk(body["body"], (node) => {
        if (node.type === "ReturnStatement") returned.push(child(node, "argument"))
        return !functions.has(node.type)
      })
    }
    const [only] = returned
    return returned.length === 1 && only !== undefined ? valueOf(only, { ...value.at, scope: scopeOf(value.node, value.at.scope) }) : undefined
  }

  const scopes = new Map<Syntax, Scope>()
  const scopeOf = (node: Syntax, outer: Scope): Scope => {
    const known = scopes.get(node)
    if (known !== undefined) return known
    const names = new Map<string, Syntax | undefined>()
    for (const parameter of list(node, "params")) for (const name of namesIn(parameter)) names.set(name, undefined)
    declaredIn(child(node, "body"), names)
    const scope = { names, outer }
    scopes.set(node, scope)
    return scope
  }

  const rootOf = (given: Syntax): Syntax => {
    const node = bare(given)
    return node.type === "MemberExpression" ? rootOf(child(node, "object")!) : node
  }

  /** Whether only who wrote the expression has what it gives. */
  const isFresh = (given: Syntax, { module, scope }: Place): boolean => {
    const node = bare(given)
    if (node.type === "ObjectExpression" || node.type === "ThisExpression" || literals.has(node.type) || isCall(node)) return true
    if (node.type !== "Identifier") return false
    const local = lookUp(nameOf(node), scope)
    if (local?.found === undefined || local.scope === module.scope) return false
    const { type } = bare(local.found)
    return type === "ObjectExpression" || type === "NewExpression" || literals.has(type)
  }

  const quietFunction = (node: Syntax, at: Place): boolean => {
    const known = judged.get(node)
    if (known !== undefined) return known
    judged.set(node, false) // until it is known otherwise, as it may call itself
    const quiet = quietPart([node["params"], node["body"]], { ...at, scope: scopeOf(node, at.scope) })
    judged.set(node, quiet)
    return quiet
  }

  const quietClass = (node: Syntax, at: Place): boolean => {
    const parent = child(node, "superClass")
    if (parent !== undefined && !isCall(bare(parent)) && !quietValue(valueOf(parent, at))) return false
    return list(child(node, "body")!, "body").every((member) => {
      if (member.type === "MethodDefinition") return member["kind"] !== "constructor" || quietFunction(child(member, "value")!, at)
      return member["static"] === true || quietPart(member["value"], at)
    })
  }

  /** Whether calling it is quiet. */
  const quietValue = (value: Value | undefined): boolean => {
    if (value === undefined || value === "foreign") return value === "foreign"
    if ("all" in value) return false
    if (functions.has(value.node.type)) return quietFunction(value.node, value.at)
    return classes.has(value.node.type) && quietClass(value.node, value.at)
  }

  const quietTarget = (target: Syntax, at: Place): boolean => {
    const node = bare(target)
    if (node.type === "MemberExpression") return isFresh(rootOf(node), at)
    const names = node.type === "Identifier" ? [nameOf(node)] : namesIn(node)
    return names.length > 0 && names.every((name) => {
      const local = lookUp(name, at.scope)
      return local !== undefined && local.scope !== at.module.scope
    })
  }

  const quietPart = (part: unknown, at: Place): boolean => {
    let quiet = true
    walk(part, (node) => {
      if (!quiet || functions.has(node.type)) return false
      if (node.type === "AssignmentExpression") quiet = quietTarget(child(node, "left")!, at)
      else if (node.type === "UpdateExpression") quiet = quietTarget(child(node, "argument")!, at)
      else if (node.type === "UnaryExpression" && node["operator"] === "delete") quiet = quietTarget(child(node, "argument")!, at)
      else if (isCall(node)) quiet = quietCall(node, at)
      return quiet
    })
    return quiet
  }

  const quietCall = (call: Syntax, at: Place): boolean => {
    const callee = bare((child(call, "callee") ?? child(call, "tag"))!)
    if (callee.type === "Super") return true
    const given = list(call, "arguments")
    const member = callee.type === "MemberExpression" ? callee : undefined
    const name = nameOf(member === undefined ? callee : member["property"])
    if (member !== undefined) {
      const object = bare(child(member, "object")!)
      const root = nameOf(rootOf(object))
      const from = lookUp(root, at.scope) === undefined ? at.module.imports.get(root) : undefined
      const isGlobal = from === undefined && lookUp(root, at.scope) === undefined && root !== ""
      const isPackage = from !== undefined && from.file === undefined && object.type === "Identifier" && !root.startsWith("Mutable")
      if (isGlobal && root === "process") return false
      if (/^run(Sync|Promise|Fork|Callback)/.test(name)) return false
      if (isGlobal && changingFirst.test(`${root}.${name}`)) return given[0] === undefined || isFresh(given[0], at)
      if (changing.has(name) && !isGlobal && !isPackage && !isFresh(object, at)) return false
      if (member["computed"] === true && !isGlobal && valueOf(object, at) !== "foreign") return false
    }
    const value = valueOf(callee, at)
    if (!quietValue(value) && !(value === undefined && member !== undefined && reading.has(name))) return false
    if (!callingBack.has(name)) return true
    return given.every((one) => {
      if (functions.has(bare(one).type)) return quietFunction(bare(one), at)
      return bare(one).type !== "Identifier" || quietArgument(one, at)
    })
  }

  /** What is handed to a function that may call it: data is, and cannot be called. */
  const quietArgument = (one: Syntax, at: Place): boolean => {
    const value = valueOf(one, at)
    return value === undefined || value === "foreign" || "all" in value || !functions.has(value.node.type) || quietFunction(value.node, value.at)
  }

  return (call) => quietCall(call, { module: own, scope: own.scope })
}
