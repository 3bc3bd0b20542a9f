# syntax=docker/dockerfile:1
#
#   make docker
#   docker run -v netra:/data -p 127.0.0.1:8080:8080 --env-file netra.env netra:<version>
#
# /data holds the reports, the evidence and the keys that open them: back it up
# as such, and never put it into an image.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src

# Modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download

COPY . .
ARG TARGETOS TARGETARCH
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/netra ./cmd/netra \
 && mkdir /out/data

# No shell and no package manager; CA certificates and time zones are there.
FROM gcr.io/distroless/static-debian12:nonroot

ARG VERSION=dev
ARG REVISION=
LABEL org.opencontainers.image.title="Netra" \
      org.opencontainers.image.description="Chat bot for reports about the neutrality of civil servants in elections" \
      org.opencontainers.image.source="https://github.com/netralitas/netra" \
      org.opencontainers.image.licenses="GPL-3.0-or-later" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

COPY --from=build /src/LICENSE /LICENSE
COPY --from=build /out/netra /netra
# The volume starts as the program wants it: its own, and nobody else's.
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data

ENV NETRA_DATA=/data \
    NETRA_LISTEN=0.0.0.0:8080 \
    NETRA_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080

# By number, so that Kubernetes can see that it is not root.
USER 65532:65532

# Exits with 0 when /healthz answers 200.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/netra", "doctor", "--health"]

ENTRYPOINT ["/netra"]
CMD ["serve"]
