/** What can be said of things, as data and in English. */
import { type Colour, colours } from "./scene.ts"
import { type Name, namesOf } from "./names.ts"
import { type FigureForm, figureForms, type Material, materials } from "./thing.ts"

export const subsets = [
  "color",
  "material",
  "celebrity",
  "logo",
  "landmark",
  "position",
  "relationship",
  "negation",
  "referring"
] as const

/** The subsets of OVDEval that scenes stand in for, and single things to be found by what is said of them. */
export type Subset = typeof subsets[number]

/** "circle", "red circle" or "striped circle". */
export interface Noun {
  readonly form: FigureForm
  readonly adjective?: Colour | Material
}

export const ends = ["leftmost", "rightmost", "topmost", "lowest"] as const
export const extremes = [...ends, "smallest", "largest"] as const
export const positions = ["left of", "right of", "above", "below"] as const
export const relations = ["inside", "around", "touching", "on", "under"] as const

export type Extreme = typeof extremes[number]
export type Position = typeof positions[number]
export type Relation = typeof relations[number]

export type Phrase =
  /** "red circle" */
  | { readonly says: "noun"; readonly head: Noun }
  /** "Vexo" */
  | { readonly says: "name"; readonly name: Name }
  /** "leftmost circle" */
  | { readonly says: "extreme"; readonly head: Noun; readonly word: Extreme }
  /** "circle left of the square": there must be one square */
  | { readonly says: "position"; readonly head: Noun; readonly word: Position; readonly other: Noun }
  /** "circle inside a square": any of the squares */
  | { readonly says: "relation"; readonly head: Noun; readonly word: Relation; readonly other: Noun }
  /** "circle that is not red" */
  | { readonly says: "not"; readonly head: Noun; readonly colour: Colour }
  /** "circle with a border" */
  | { readonly says: "border"; readonly head: Noun; readonly has: boolean }

const noun = ({ adjective, form }: Noun): string => adjective === undefined ? form : `${adjective} ${form}`

export const english = (phrase: Phrase): string => {
  switch (phrase.says) {
    case "noun":
      return noun(phrase.head)
    case "name":
      return phrase.name
    case "extreme":
      return `${phrase.word} ${noun(phrase.head)}`
    case "position":
      return `${noun(phrase.head)} ${phrase.word} the ${noun(phrase.other)}`
    case "relation":
      return `${noun(phrase.head)} ${phrase.word} a ${noun(phrase.other)}`
    case "not":
      return `${noun(phrase.head)} that is not ${phrase.colour}`
    case "border":
      return `${noun(phrase.head)} ${phrase.has ? "with" : "without"} a border`
  }
}

/** What a phrase says but for its subset's property: phrases of one frame differ in exactly that. */
export const frameOf = (phrase: Phrase): string => {
  switch (phrase.says) {
    case "noun":
      return phrase.head.form
    case "name":
      return "name"
    case "position":
    case "relation":
      return `${noun(phrase.head)} ${phrase.says} ${noun(phrase.other)}`
    default:
      return `${noun(phrase.head)} ${phrase.says}`
  }
}

const bare: ReadonlyArray<Noun> = figureForms.map((form) => ({ form }))

const pairs = bare.flatMap((head) => bare.filter((other) => other !== head).map((other) => ({ head, other })))

/** All phrases of a subset, in a fixed order. */
export const phrases: { readonly [subset in Exclude<Subset, "referring">]: ReadonlyArray<Phrase> } = {
  color: colours.flatMap((adjective) => figureForms.map((form): Phrase => ({ says: "noun", head: { form, adjective } }))),
  material: materials.flatMap((adjective) => figureForms.map((form): Phrase => ({ says: "noun", head: { form, adjective } }))),
  celebrity: namesOf("celebrity").map((name) => ({ says: "name", name })),
  logo: namesOf("logo").map((name) => ({ says: "name", name })),
  landmark: namesOf("landmark").map((name) => ({ says: "name", name })),
  position: [
    ...pairs.flatMap((pair) => positions.map((word): Phrase => ({ says: "position", word, ...pair }))),
    ...bare.flatMap((head) => ends.map((word): Phrase => ({ says: "extreme", word, head })))
  ],
  relationship: pairs.flatMap((pair) => relations.map((word): Phrase => ({ says: "relation", word, ...pair }))),
  negation: bare.flatMap((head): ReadonlyArray<Phrase> => [
    ...colours.map((colour): Phrase => ({ says: "not", head, colour })),
    { says: "border", head, has: true },
    { says: "border", head, has: false }
  ])
}
