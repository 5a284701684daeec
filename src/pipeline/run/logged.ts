/** Where in a plan something is logged. */

/** The annotation of logs by which a stage's run, seed and label are told: `{ variant, seed, stage }`. */
export const placeKey = "assay.place"
