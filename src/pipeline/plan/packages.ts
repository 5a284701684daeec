/** Packages that code uses, with all that these rest on in turn. */
import { readFileSync, realpathSync } from "node:fs"
import { findPackageJSON } from "node:module"
import { pathToFileURL } from "node:url"

export const packageOf = (specifier: string): string => specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

/** The manifest of a package as a module finds it; undefined where it finds none. */
export const manifestOf = (name: string, importer: string | URL): string | undefined => {
  try {
    return findPackageJSON(name, importer)
  } catch {
    return undefined
  }
}

interface Manifest {
  readonly version?: string
  readonly dependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly optionalDependencies?: { readonly [name: string]: string }
}

/** What a package's manifest says: its version, and the manifests of what it imports. */
interface Read {
  readonly version: string
  readonly needs: ReadonlyArray<{ readonly name: string; readonly file: string }>
}

/**
 * What a package names as needed, or takes where it is installed. Optional dependencies are made for one system each, or may be
 * missing on one machine of several; they go by the version of what names them. Types are no code.
 */
const needed = ({ dependencies, optionalDependencies = {}, peerDependencies }: Manifest): ReadonlyArray<string> =>
  Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !(name in optionalDependencies) && !name.startsWith("@types/"))

/**
 * A function from a specifier and who imports it to `name@version` of the package, and of all that it rests on, each as Node finds
 * it from where it is wanted. What this program itself imports goes by its own version, which this program pins. `effect` is always
 * this program's, as is what the importer finds nowhere. Throws where a package is not installed. Manifests are read once.
 */
export const versions = (program: string) => {
  const known = new Map<string, Read>()
  const read = (file: string): Read => {
    const before = known.get(file)
    if (before !== undefined) return before
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest
    const needs = needed(manifest).flatMap((name) => {
      const found = manifestOf(name, pathToFileURL(file))
      return found === undefined ? [] : [{ name, file: realpathSync(found) }] // as Node does, which finds more beside the real one
    })
    const now = { version: String(manifest.version), needs }
    known.set(file, now)
    return now
  }
  const walk = (name: string, file: string, seen: Map<string, string>): void => {
    if (seen.has(file)) return
    const { needs, version } = read(file)
    seen.set(file, `${name}@${version}`)
    if (name !== "assay") for (const next of needs) walk(next.name, next.file, seen)
  }
  return (specifier: string, importer: string): ReadonlyArray<string> => {
    const name = packageOf(specifier)
    const own = name === "effect" ? undefined : manifestOf(name, pathToFileURL(importer))
    const file = own ?? manifestOf(name, import.meta.url)
    if (file === undefined) throw new Error(`the package "${name}" is not installed where ${importer} is`)
    if (importer.startsWith(program)) return [`${name}@${read(file).version}`]
    const seen = new Map<string, string>()
    walk(name, realpathSync(file), seen)
    return [...seen.values()]
  }
}
