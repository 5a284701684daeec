/** The public faces of this program: what `assay` and `assay/engine` mean, in studies and in fingerprints. */

/** The ending of this program's modules: `.ts` from source, `.js` as published. */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf("."))

const modules = new Map([
  ["assay", "index"],
  ["assay/engine", "engine"],
  ["assay/workspace", "workspace"],
  ["assay/testing", "testing"]
])

/** URL of the module that a specifier means; undefined for one that is no face of this program. */
export const faceOf = (specifier: string): string | undefined => {
  const name = modules.get(specifier)
  return name === undefined ? undefined : new URL(`../${name}${ending}`, import.meta.url).href
}
