/** What the URL says of this view, and what is asked of the API for it. */
import type { Answer, Query } from "../../shell/ask.ts"
import { href, param, paramAll, params } from "../../shell/route.ts"
import { type Group, groupOfMetric } from "./groups.ts"

export type Places = Answer<"/api/samples/places">
export type Listed = Answer<"/api/samples">["samples"][number]
export type Whole = Answer<"/api/sample">
export type Reward = Listed["rewards"][number]
export type Box = Listed["boxes"][number]

type Changes = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** The URL as it is, with some keys changed. */
export const withKeys = (changes: Changes): string =>
  href("samples", { ...Object.fromEntries([...params.value.keys()].map((key) => [key, params.value.getAll(key)])), ...changes })

/** Of the stages: all. */
export const everything = "*"

export const experiment = (): string => param("experiment")

/** The metric that the URL asks for the samples of, where no stage has any: it was worked out from other numbers, or has none yet. */
export const withoutSamples = (groups: ReadonlyArray<Group>): string | undefined => {
  const metric = param("metric")
  return metric === "" || param("stage") !== "" || groupOfMetric(groups, metric) !== undefined ? undefined : metric
}

/**
 * Which samples are shown: those that the URL names, or whose metric it names; else the last evaluation's, else the last ones. Undefined
 * where all are.
 */
export const chosenGroup = (groups: ReadonlyArray<Group>): Group | undefined => {
  const stage = param("stage")
  if (stage === everything) return undefined
  if (stage !== "") {
    return groups.find(({ label, scope }) => label === stage && scope === param("scope"))
  }
  return groupOfMetric(groups, param("metric")) ?? groups.findLast(({ kind, scope }) => kind === "evaluate" && scope === "") ?? groups.at(-1)
}

/** Parts that the shown samples were judged by. */
export const partsOf = (groups: ReadonlyArray<Group>, group: Group | undefined): ReadonlyArray<string> =>
  group === undefined ? [...new Set(groups.flatMap(({ parts }) => parts))] : group.parts

/** The part that is looked at: that of the URL, else the first. */
export const chosenPart = (parts: ReadonlyArray<string>): string | undefined => param("part") || parts[0]

type PageQuery = Query<"/api/samples">

/** As the URL says, else the worst first. */
export const chosenSort = (part: string | undefined): NonNullable<PageQuery["sort"]> =>
  (param("sort") || (part === undefined ? "run" : "value")) as NonNullable<PageQuery["sort"]>

/** What the URL leaves open and is chosen for the viewer: once it is in the URL, a stage or a part that comes later takes nothing's place. */
export const leftOpen = ({ groups }: Places): Readonly<Record<string, string>> => {
  const group = chosenGroup(groups)
  const part = chosenPart(partsOf(groups, group))
  return {
    ...(param("stage") !== "" || group === undefined ? {} : { stage: group.label, ...(group.scope === "" ? {} : { scope: group.scope }) }),
    ...(param("part") !== "" || part === undefined ? {} : { part }),
    ...(param("sort") !== "" ? {} : { sort: chosenSort(part) })
  }
}

const number = (key: string): number | undefined => param(key) === "" || Number.isNaN(Number(param(key))) ? undefined : Number(param(key))

/** How many samples a page of the list has. */
const pageSize = 24

/** Keys that the URL hands on as they are. */
const same = ["variant", "step", "example", "finish", "tokens", "truths", "predictions", "label", "value", "failed", "after"] as const

/** What is asked for the list: of the URL's keys, those that are there. */
export const pageQuery = (places: Places): PageQuery => {
  const group = chosenGroup(places.groups)
  const part = chosenPart(partsOf(places.groups, group))
  const sort = chosenSort(part)
  // a part alone filters, too, so it is not asked for where nothing asks for its values
  const needsPart = sort.endsWith("value") || param("value") !== "" || param("failed") !== ""
  const [run, seed] = [number("run"), number("seed")]
  return {
    experiment: experiment(),
    limit: pageSize,
    sort,
    ...(group !== undefined ? { stage: group.label, scope: group.scope } : param("stage") === everything || param("stage") === "" ? {} : { stage: param("stage"), scope: param("scope") }),
    ...(needsPart && part !== undefined ? { part } : {}),
    ...(run === undefined ? {} : { run }),
    ...(seed === undefined ? {} : { seed }),
    ...Object.fromEntries(same.map((key) => [key, param(key)]).filter(([, value]) => value !== ""))
  } as PageQuery
}

/** Number of the sample that is shown whole, and of the one beside it. */
export const shownSample = (): number | undefined => number("sample")
export const besideSample = (): number | undefined => number("with")

/** Labels whose boxes are not drawn. */
export const hiddenLabels = (): ReadonlyArray<string> => paramAll("hide")

/** Which boxes are drawn. */
export const shownRoles = (): "both" | "true" | "predicted" | "none" => {
  const roles = param("boxes")
  return roles === "true" || roles === "predicted" || roles === "none" ? roles : "both"
}

/** Boxes that have a place and are not switched off. */
export const drawnBoxes = (boxes: ReadonlyArray<Box>): ReadonlyArray<Box & { readonly corners: NonNullable<Box["corners"]> }> => {
  const [hidden, roles] = [new Set(hiddenLabels()), shownRoles()]
  return boxes.filter((box): box is Box & { readonly corners: NonNullable<Box["corners"]> } =>
    box.corners !== null && !hidden.has(box.label) && (roles === "both" || roles === box.role))
}

export const imageOf = (id: number, side: 320 | 1600): string => `/api/samples/${id}/image?side=${side}`

/** Which run a sample is of: its row and seed, or its seeds, where several share it. */
export const runText = (runs: Listed["runs"]): string => {
  const [first] = runs
  if (first === undefined) return "an earlier run"
  const seeds = runs.filter(({ variant }) => variant === first.variant).map(({ seed }) => seed)
  return `${first.variant}, seed${seeds.length === 1 ? "" : "s"} ${seeds.join(", ")}`
}

/** Which stage it is of. */
export const stageText = ({ label, scope }: { readonly label: string; readonly scope: string }): string => scope === "" ? label : `${label} / ${scope}`
