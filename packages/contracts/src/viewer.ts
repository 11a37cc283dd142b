/** The files that the page `GET /docs` loads. */
export const viewerFiles = ['start.js', 'swagger-ui-bundle.js', 'swagger-ui.css'] as const
export type ViewerFile = (typeof viewerFiles)[number]
