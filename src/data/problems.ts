/** What is wrong with a data set's file, counted rather than collected: there may be as many problems as rows. */
import type { Problem } from "../task/problem.ts"

/** Problems of rows that belong to no image. */
export class Strays {
  count = 0
  first: Problem | undefined

  readonly add = (problem: Problem): void => {
    this.first ??= problem
    this.count++
  }
}

/** Problems of images, which are numbers from 0. */
export class OfImages {
  readonly #has: Uint8Array
  #first: { readonly image: number; readonly problem: Problem } | undefined

  constructor(images: number) {
    this.#has = new Uint8Array(images)
  }

  add(image: number, problem: Problem): void {
    if (this.#has[image] === 1) return
    this.#has[image] = 1
    if (this.#first === undefined || image < this.#first.image) this.#first = { image, problem }
  }

  /** The image's problem if it is the first image that has one; for later ones that, which only tells that there is one. */
  of(image: number): Problem | undefined {
    return this.#has[image] === 1 ? this.#first!.problem : undefined
  }
}
