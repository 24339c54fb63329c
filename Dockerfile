# The app as a standalone server:
#   docker build -t app .
# The migrations, as a separate target:
#   docker build -t app-migrate --target migrate .

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

# Applies the migrations and exits. The image contains the Prisma engine, which needs OpenSSL, so
# that it is not downloaded at the first start. `--build-arg DB_ENGINE=wasm` builds an image that
# needs neither.
FROM dependencies AS migrate
ARG DB_ENGINE
ENV DB_ENGINE=$DB_ENGINE
COPY prisma.config.ts ./
COPY prisma prisma
COPY lib lib
COPY dev dev
RUN [ "$DB_ENGINE" = wasm ] || ( \
  apt-get update && apt-get install -y --no-install-recommends openssl && \
  rm -rf /var/lib/apt/lists/* && npx prisma version )
USER node
CMD ["node", "dev/run.mjs", "db", "deploy"]

FROM dependencies AS build
COPY . .
ENV BUILD_STANDALONE=1 NEXT_TELEMETRY_DISABLED=1
RUN mkdir -p public && npm run build

FROM node:24-bookworm-slim AS app
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
# The files remain owned by root: the server reads them and writes nothing.
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static .next/static
COPY --from=build /app/public public
USER node
EXPOSE 3000
# Requests the address that the server listens on, with the same defaults. A client reaches this
# machine with 0.0.0.0 or ::, too.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["node", "-e", "const { HOSTNAME: host, PORT } = process.env; fetch(`http://${host?.includes(':') ? `[${host}]` : host || 'localhost'}:${PORT || 3000}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
