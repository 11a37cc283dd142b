/** What an image runs, and what has to lie beside it. */
export interface Image {
  /** Output file, without its ending → the source it begins at. */
  readonly entries: Readonly<Record<string, string>>
  /** Packages that stay what they are in `node_modules`, each with the only files of it that are needed. */
  readonly packages?: Readonly<Record<string, readonly string[]>>
  /**
   * Keeps the names of classes and functions that share one. It costs a call for each function that is created, so only an
   * image whose packages read such names has it.
   */
  readonly keepNames?: boolean
  /** Folders that are read at run time. */
  readonly folders?: readonly string[]
}

const health = { health: 'images/health.ts' }

/** Every image that is bundled, by the name of its target in the Dockerfile. */
export const images: Readonly<Record<string, Image>> = {
  gateway: {
    entries: { main: 'gateway/src/main.ts', ...health },
    // What `GET /docs` serves, and its licence.
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
    // It finds its WebAssembly by its own path (prisma/schema-engine.ts), so it is not bundled.
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
