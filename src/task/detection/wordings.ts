/** How the study words a detection question. Source: VLM-R1 findings. */

/** The present wording; what the published code asks with. */
export const current =
  "Please carefully check the image and detect the following objects: [{labels}]. Output the bbox coordinates of " +
  "detected objects in <answer></answer>. The bbox coordinates in Markdown format should be: \n```json\n" +
  "[{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"object name\"}]\n```\n" +
  "If no targets are detected in the image, simply respond with \"None\"."

/** The older wording (section 5.1); `joint` is what stands between its first two sentences. */
export const older = (joint: string): string =>
  `Please carefully observe the image and detect the following targets: {labels}.${joint}Output each detected ` +
  "targets' bbox coordinates in JSON format. The format of the bbox coordinates is: ```json\n" +
  "[{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"target name\"}, " +
  "{\"bbox_2d\": [x1, y1, x2, y2], \"label\": \"target name\"}]" +
  "\n```. If there are no such targets in the image, simply respond with None."
