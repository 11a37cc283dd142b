/** The contents of an image. */
export interface Image {
  /** The output file without its extension → the entry source. */
  readonly entries: Readonly<Record<string, string>>
  /** Packages that are copied to `node_modules` instead of bundled → the files that are needed. */
  readonly packages?: Readonly<Record<string, readonly string[]>>
  /**
   * Keeps the names of classes and functions that share one. It costs a call for each function that is created, so only an
   * image whose packages read such names has it.
   */
  readonly keepNames?: boolean
  /** Folders that the program reads at run time. */
  readonly folders?: readonly string[]
}

const health = { health: 'images/health.ts' }

/** All images, by the name of their target in the Dockerfile. */
export const images: Readonly<Record<string, Image>> = {
  gateway: {
    entries: { main: 'gateway/src/main.ts', ...health },
    // The files of `GET /docs`, with their licence.
    packages: {
      'swagger-ui-dist': [
        'swagger-ui-bundle.js',
        'swagger-ui.css',
        'package.json',
        'swagger-ui-bundle.js.LICENSE.txt',
        'LICENSE',
        'NOTICE',
      ],
    },
  },
  'timesheets-service': { entries: { main: 'timesheets-service/src/main.ts', ...health } },
  'contractor-sync': { entries: { main: 'contractor-sync/src/main.ts', ...health } },
  migrate: {
    entries: { migrate: 'prisma/migrate.ts' },
    // Not bundled, because prisma/schema-engine.ts finds the WebAssembly by the path of the package.
    packages: {
      '@prisma/schema-engine-wasm': ['package.json', 'schema_engine_bg.js', 'schema_engine_bg.wasm'],
    },
    folders: ['prisma/migrations'],
  },
  local: {
    // oidc-provider reads the names of its classes.
    keepNames: true,
    entries: {
      issuer: 'packages/fake-auth0/src/main.ts',
      tracker: 'packages/fake-harvest/src/main.ts',
      ...health,
    },
  },
}
