/** The pages of the documentation in reading order, by the titles that the navigation has for them. */

export interface Section {
  readonly text: string
  readonly items: ReadonlyArray<{ readonly text: string; readonly page: string }>
  readonly collapsed?: boolean
}

const section = (text: string, pages: { readonly [page: string]: string }, collapsed?: boolean): Section => ({
  text,
  items: Object.entries(pages).map(([page, text]) => ({ text, page })),
  ...(collapsed === undefined ? {} : { collapsed })
})

export const sections: ReadonlyArray<Section> = [
  section("Start", {
    "README.md": "What Assay is"
  }),
  section("Results", {
    "how-to/figures.md": "Figures for a paper",
    "how-to/rewards.md": "Can a reward be fooled?"
  }),
  section("Models and trainers", {
    "how-to/hub.md": "Models and data by name",
    "how-to/servers.md": "Models behind a server",
    "how-to/split.md": "Sampled there, trained here",
    "how-to/trainers.md": "Trained elsewhere",
    "how-to/scale.md": "Many GPUs, a cluster",
    "how-to/recorded.md": "Answers from a file",
    "how-to/import.md": "Logs of other trainers",
    "how-to/serving.md": "Assay as a server"
  }),
  section("Data sets", {
    "data/README.md": "From disk",
    "data/coco.md": "COCO",
    "data/ovdeval.md": "OVDEval",
    "data/lvis.md": "LVIS",
    "data/d3.md": "D3",
    "data/odinw.md": "ODinW",
    "data/voc.md": "Pascal VOC",
    "data/yolo.md": "YOLO folders",
    "data/refcoco.md": "RefCOCO and kin",
    "data/superclevr.md": "SuperCLEVR",
    "data/parquet.md": "Parquet",
    "data/conversations.md": "VLM-R1's rows"
  }, true),
  section("The findings", {
    "studies.md": "Table by table",
    "results.md": "What came out"
  })
]
