/** The files that `GET /docs` is made of. */
export const viewerFiles = ['start.js', 'swagger-ui-bundle.js', 'swagger-ui.css'] as const
export type ViewerFile = (typeof viewerFiles)[number]
