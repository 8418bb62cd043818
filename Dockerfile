# One image for every program: the services, and forumctl. Built by `docker compose build`; see deploy/compose/README.md.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends \
      libcurl4-openssl-dev libevent-dev libpq-dev librdkafka-dev libssl-dev pkg-config zlib1g-dev \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
WORKDIR /source
COPY Package.swift ./
COPY Shared Shared
COPY Services Services
COPY Examples Examples
# The package names its test targets, so their folders must be there; none is built.
COPY Tests Tests
# The libraries of Swift that the programs use are taken along once: in eight static programs they would be eight times there.
RUN swift build -c release \
 && mkdir -p /app /runtime \
 && find "$(swift build -c release --show-bin-path)" -maxdepth 1 -type f -perm -u+x ! -name '*.so' ! -name ministry-consumer \
      -exec install -m 0555 -t /app {} + \
 && ldd /app/* | sed -n 's|.* => \(.*/lib/swift/linux/[^ ]*\) .*|\1|p' | sort -u | xargs cp -L -t /runtime \
 && strip /app/* /runtime/*

FROM ${BASE_IMAGE}
RUN apt-get -q update \
 && apt-get -q install -y --no-install-recommends \
      ca-certificates libcurl4 libevent-2.1-7 libpq5 librdkafka1 libssl3 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
 && groupadd --gid 10001 forum \
 && useradd --uid 10001 --gid forum --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin forum
COPY --from=build /runtime /usr/lib/swift/linux
COPY --from=build /app /app
WORKDIR /app
ENV LANG=C.UTF-8 TZ=UTC
USER 10001:10001
CMD ["/app/forumctl", "--help"]
