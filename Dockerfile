# One image for worker, API and emulators: the command decides. There is no build step, Node runs the TypeScript.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:24.21.0-bookworm-slim
# Temporal's native core verifies TLS with the system's certificates.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY scripts ./scripts
COPY data ./data
COPY strategies ./strategies
COPY db ./db
COPY activities ./activities
COPY workflows ./workflows
COPY src ./src
RUN mkdir -p /var/lib/folios && chown node:node /var/lib/folios
ENV NODE_ENV=production \
    FOLIOS_STATE_DIR=/var/lib/folios \
    FOLIOS_CACHE_DIR=/tmp/folios-cache
USER node
VOLUME /var/lib/folios
EXPOSE 5001
CMD ["node", "src/main/worker.ts"]
