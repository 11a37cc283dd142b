# syntax=docker/dockerfile:1
# All images of this project, one per target: gateway, timesheets-service, contractor-sync, migrate, local.
#   docker build --target gateway -t timesheets/gateway .
# The base images are build arguments, so that a release can pin them: --build-arg RUNTIME_IMAGE=gcr.io/…@sha256:…
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS dependencies
WORKDIR /src
# Only the package manifests, so that this layer is cached until a dependency changes.
COPY package.json package-lock.json ./
COPY packages/contracts/package.json packages/contracts/
COPY packages/runtime/package.json packages/runtime/
COPY packages/dev-stack/package.json packages/dev-stack/
COPY packages/exports/package.json packages/exports/
COPY packages/fake-auth0/package.json packages/fake-auth0/
COPY packages/fake-harvest/package.json packages/fake-harvest/
COPY packages/test-postgres/package.json packages/test-postgres/
COPY gateway/package.json gateway/
COPY timesheets-service/package.json timesheets-service/
COPY contractor-sync/package.json contractor-sync/
# Bundling needs no install script of a package.
RUN --mount=type=cache,target=/npm-cache npm ci --ignore-scripts --cache /npm-cache

FROM dependencies AS bundles
COPY . .
RUN ["node", "node_modules/prisma/build/index.js", "generate"]
RUN ["node", "images/bundle.ts"]
# A new volume gets the owner of the folder that it is mounted over: the user of the containers.
RUN ["install", "-d", "-o", "65532", "-g", "65532", "/empty"]

FROM ${RUNTIME_IMAGE} AS runtime
ARG VERSION=0.0.0-local
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Timesheets" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps
# By number, because Kubernetes' runAsNonRoot cannot check a user name.
USER 65532:65532

FROM runtime AS gateway
LABEL org.opencontainers.image.title="gateway" \
      org.opencontainers.image.description="The public API of Timesheets: checks tokens and scopes, forwards with a signed identity"
COPY --from=bundles /src/dist/gateway ./
ENV HOST=0.0.0.0 GATEWAY_PORT=8080 GATEWAY_ADMIN_PORT=9090
EXPOSE 8080 9090
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["main.js"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --start-interval=500ms --retries=3 \
  CMD ["/nodejs/bin/node", "health.js", "http://127.0.0.1:9090/readyz"]

FROM runtime AS timesheets-service
LABEL org.opencontainers.image.title="timesheets-service" \
      org.opencontainers.image.description="The business rules and the storage of Timesheets"
COPY --from=bundles /src/dist/timesheets-service ./
# Node takes half of the container's memory as the limit of its heap, and a small part of it for new objects. With a larger
# part, the rows of an upload are collected there: measured, it costs some 20 MB and saves the time of full collections.
ENV NODE_OPTIONS="--enable-source-maps --max-semi-space-size=16"
ENV HOST=0.0.0.0 SERVICE_PORT=3000 SERVICE_ADMIN_PORT=9090
EXPOSE 3000 9090
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["main.js"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --start-interval=500ms --retries=3 \
  CMD ["/nodejs/bin/node", "health.js", "http://127.0.0.1:9090/readyz"]

FROM runtime AS contractor-sync
LABEL org.opencontainers.image.title="contractor-sync" \
      org.opencontainers.image.description="Uploads contractors' hours from an external tracker to Timesheets"
COPY --from=bundles /src/dist/contractor-sync ./
# The C library keeps freed memory, for each thread. Measured with a million entries, these saved 30 MB of 230 at the same CPU.
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
# Arguments go to contractor-sync: docker run … run --dry-run
ENTRYPOINT ["/nodejs/bin/node", "main.js"]
CMD ["--help"]

FROM runtime AS migrate
LABEL org.opencontainers.image.title="migrate" \
      org.opencontainers.image.description="Migrates the database of Timesheets to the schema of this version"
COPY --from=bundles /src/dist/migrate ./
ENTRYPOINT ["/nodejs/bin/node", "migrate.js"]

FROM runtime AS local
LABEL org.opencontainers.image.title="local" \
      org.opencontainers.image.description="Stand-ins for Auth0 (issuer.js) and Harvest (tracker.js), for a laptop only"
COPY --from=bundles /src/dist/local ./
COPY --from=bundles --chown=65532:65532 /empty /data
# Neither starts with NODE_ENV=production.
ENV NODE_ENV=development \
    ISSUER_HOST=0.0.0.0 ISSUER_PORT=8081 ISSUER_DATA_DIR=/data \
    HARVEST_HOST=0.0.0.0 HARVEST_PORT=8082 HARVEST_DATA_DIR=/data
EXPOSE 8081 8082
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["issuer.js"]
