# The daemon in an image of its own. Nothing is fetched while it is built, so build the program first:
#
#   npm ci && npm run build
#   docker build -t ampoule:local .
#   docker build -t ampoule:local --build-arg BASE=my-node .
#
# BASE is any image of this architecture with glibc and the Node that `npm ci` ran with (same major version, 20.20 or newer):
# better-sqlite3 is copied as it was built here.
ARG BASE=node:20-slim
FROM ${BASE}

WORKDIR /usr/lib/ampoule
# Everything else is bundled into dist/. .dockerignore lets no more than this pass.
COPY package.json ./
COPY node_modules ./node_modules
COPY dist ./dist

# Below the volumes' own directories, which Docker makes with mode 0755: the daemon makes these, with 0700.
ENV NODE_ENV=production \
    AMPOULE_DATA_DIR=/var/lib/ampoule/data \
    AMPOULE_KEY_FILE=/etc/ampoule/key/vault.key \
    AMPOULE_BOOTSTRAP_TOKEN_FILE=/etc/ampoule/key/operator.token \
    AMPOULE_AUDIT_HEAD_FILE=/etc/ampoule/state/audit-head \
    AMPOULE_RUN_DIR=/run/ampoule/run \
    AMPOULE_ADDR=unix:///run/ampoule/run/ampoule.sock \
    AMPOULE_TOKEN_FILE=/etc/ampoule/key/operator.token
VOLUME ["/var/lib/ampoule", "/etc/ampoule", "/run/ampoule"]

# Alive, not unsealed: a vault with a passphrase waits for a person, and a restart would not help it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "require('http').get({socketPath:'/run/ampoule/run/ampoule.sock',path:'/healthz'},a=>process.exit(a.statusCode===200?0:1)).on('error',()=>process.exit(1))"]

ENTRYPOINT ["node", "/usr/lib/ampoule/dist/ampouled.js"]
