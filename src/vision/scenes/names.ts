/** What goes by a name: made-up people, signs and buildings, each always the same few forms in the same places. */
import type { Rgb } from "./scene.ts"
import type { Outlined } from "./outline.ts"

/** A form in a paint, its corners in twentieths of the sides of the whole. Later parts lie on top. */
export type Part = readonly [form: Outlined, paint: Paint, x1: number, y1: number, x2: number, y2: number]

export type Paint = keyof typeof paints

export const paints = {
  skin: [236, 188, 150],
  black: [24, 22, 26],
  white: [244, 244, 240],
  brown: [112, 66, 34],
  gold: [240, 196, 60],
  red: [200, 40, 44],
  blue: [44, 84, 190],
  green: [38, 140, 70],
  stone: [206, 198, 180],
  slate: [78, 88, 108]
} as const satisfies { readonly [name: string]: Rgb }

const eyes: ReadonlyArray<Part> = [["circle", "black", 6, 9, 8, 12], ["circle", "black", 12, 9, 14, 12]]

/** Faces: the same skin and eyes, other hair and belongings. */
const celebrity = {
  // long dark hair
  Mirabo: [["square", "brown", 0, 4, 20, 20], ["circle", "brown", 0, 0, 20, 14], ["circle", "skin", 4, 4, 16, 19], ...eyes],
  // bald, with a large beard
  Tolvin: [["circle", "brown", 0, 6, 20, 20], ["circle", "skin", 3, 0, 17, 15], ...eyes],
  // a pointed hat
  Quessa: [["circle", "skin", 3, 5, 17, 20], ["triangle", "blue", 0, 0, 20, 8], ...eyes],
  // a round head of red hair
  Brunda: [["circle", "red", 0, 0, 20, 20], ["circle", "skin", 4, 6, 16, 19], ...eyes],
  // a top hat and a moustache
  Felko: [
    ["circle", "skin", 3, 3, 17, 20], ["square", "black", 4, 0, 16, 6], ["square", "black", 0, 6, 20, 8], ...eyes,
    ["square", "black", 5, 14, 15, 16]
  ],
  // two buns and dark glasses
  Yarine: [
    ["circle", "gold", 0, 0, 8, 8], ["circle", "gold", 12, 0, 20, 8], ["circle", "gold", 2, 2, 18, 18],
    ["circle", "skin", 3, 5, 17, 20],
    ["square", "black", 3, 9, 9, 13], ["square", "black", 11, 9, 17, 13], ["square", "black", 8, 10, 12, 11]
  ]
} as const satisfies Drawings

/** Emblems in two colours; no colour belongs to one alone. */
const logo = {
  // a star on a disc
  Vexo: [["circle", "blue", 0, 0, 20, 20], ["star", "gold", 3, 3, 17, 16]],
  // a triangle on a tile
  Lumaq: [["square", "gold", 0, 0, 20, 20], ["triangle", "blue", 3, 3, 17, 17]],
  // a ring with a dot
  Pindo: [["circle", "red", 0, 0, 20, 20], ["circle", "white", 4, 4, 16, 16], ["circle", "red", 7, 7, 13, 13]],
  // bars that rise
  Kravi: [["square", "green", 0, 13, 6, 20], ["square", "green", 7, 7, 13, 20], ["square", "green", 14, 0, 20, 20]],
  // a cross on a tile
  Zentu: [["square", "green", 0, 0, 20, 20], ["cross", "gold", 3, 3, 17, 17]],
  // a board of four tiles
  Obrix: [["square", "white", 0, 0, 20, 20], ["square", "red", 0, 0, 10, 10], ["square", "red", 10, 10, 20, 20]]
} as const satisfies Drawings

/** Buildings: stone and slate, told apart by what they are made of. */
const landmark = {
  // a tower with a roof
  Dormont: [
    ["square", "stone", 5, 7, 15, 20], ["triangle", "slate", 3, 0, 17, 8],
    ["square", "stone", 0, 17, 20, 20], ["square", "slate", 8, 11, 12, 15]
  ],
  // an arch
  Eskval: [["square", "stone", 0, 0, 20, 20], ["circle", "slate", 5, 5, 15, 15], ["square", "slate", 5, 10, 15, 20]],
  // a stepped pyramid
  Harruk: [
    ["square", "stone", 0, 14, 20, 20], ["square", "slate", 3, 9, 17, 14],
    ["square", "stone", 6, 4, 14, 9], ["square", "slate", 8, 0, 12, 4]
  ],
  // a dome on columns
  Nolgar: [
    ["circle", "slate", 2, 0, 18, 16], ["square", "stone", 0, 8, 20, 11], ["square", "slate", 1, 11, 19, 17],
    ["square", "stone", 1, 11, 4, 17], ["square", "stone", 6, 11, 9, 17], ["square", "stone", 11, 11, 14, 17],
    ["square", "stone", 16, 11, 19, 17], ["square", "stone", 0, 17, 20, 20]
  ],
  // two towers and a bridge
  Sivara: [
    ["square", "stone", 0, 4, 6, 20], ["square", "stone", 14, 4, 20, 20],
    ["triangle", "slate", 0, 0, 6, 5], ["triangle", "slate", 14, 0, 20, 5],
    ["square", "slate", 6, 11, 14, 14]
  ],
  // a wheel on a stand
  Ulmeth: [
    ["triangle", "slate", 4, 8, 16, 20], ["square", "slate", 0, 18, 20, 20],
    ["circle", "stone", 2, 0, 18, 16], ["circle", "slate", 4, 2, 16, 14],
    ["square", "stone", 9, 1, 11, 15], ["square", "stone", 3, 7, 17, 9]
  ]
} as const satisfies Drawings

interface Drawings {
  readonly [name: string]: ReadonlyArray<Part>
}

const all = { celebrity, logo, landmark }

export type NamedKind = keyof typeof all
export type Name = { readonly [kind in NamedKind]: keyof typeof all[kind] }[NamedKind]

export const namesOf = (kind: NamedKind): ReadonlyArray<Name> => Object.keys(all[kind]) as ReadonlyArray<Name>

const parts: { readonly [name in Name]: ReadonlyArray<Part> } = { ...celebrity, ...logo, ...landmark }

export const partsOf = (name: Name): ReadonlyArray<Part> => parts[name]
