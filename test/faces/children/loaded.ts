/** Imports the module that it is given, and prints which npm packages were loaded with it, as JSON. */
import { registerHooks } from "node:module"

const packages = new Set<string>()

registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context)
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(found.url) ?? []
    if (name !== undefined) packages.add(name)
    return found
  }
})

await import(process.argv[2]!)
console.log(JSON.stringify([...packages].sort()))
