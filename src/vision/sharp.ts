/** The image library, loaded with the first picture: who only declares a study does not wait for it. */
import type Sharp from "sharp"

export const loadSharp = async (): Promise<typeof Sharp> => (await import("sharp")).default
