# The image of one package, which PACKAGE names: a connector, for whatever runs Airbyte's images, or the host.
#   docker build --build-arg PACKAGE=source-huma --tag huma-xledger/source-huma:dev .
# `make images` builds all of them; docs/images.md has the rest.

# Python on Debian, and nothing else. airbyte/python-connector-base has Poetry, tesseract, poppler and socat beside that,
# which no package here uses, and which somebody has to keep free of known holes; its folder is one user's, where these
# images run as anybody; and it is made for connectors, where the host is an image like any other here.
# The digest is that of the list of all platforms. docs/images.md says how it is renewed.
ARG BASE_IMAGE=python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY . .
ARG PACKAGE
RUN grep -qs '^\[project.scripts\]' "$PACKAGE/pyproject.toml" || { \
        echo "There is no image of '$PACKAGE'. Say which one, as in --build-arg PACKAGE=source-huma. There are these:" \
            $(grep -l '^\[project.scripts\]' */pyproject.toml | xargs -n 1 dirname) >&2; exit 2; }
# Where packages come from, if not from where pip and uv look by themselves; one of the two is enough. An address that
# needs a password stands here without it, for this is seen by whoever looks at what was built: see the secret `netrc`.
ARG PIP_INDEX_URL=
ARG UV_DEFAULT_INDEX=
# Secrets are there while this runs and in no image. `ca` holds certificates to trust beside the usual ones, `netrc` a user
# and a password for each host that asks for them.
RUN --mount=type=secret,id=ca --mount=type=secret,id=netrc --mount=type=cache,target=/root/.cache/uv \
    set -eu; \
    find /etc/ssl/certs/ca-certificates.crt /run/secrets/ca -type f -exec cat {} + > trusted.pem 2>/dev/null || true; \
    if [ -s trusted.pem ]; then export PIP_CERT=/build/trusted.pem SSL_CERT_FILE=/build/trusted.pem; fi; \
    export NETRC=/run/secrets/netrc; \
    index=${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}; \
    if [ -n "$index" ]; then PIP_INDEX_URL=${PIP_INDEX_URL:-$index} UV_DEFAULT_INDEX=$index; \
    else unset PIP_INDEX_URL UV_DEFAULT_INDEX; fi; \
    awk '/^[^ #]/ { on = /^uv==/ } on' requirements.lock > uv.txt; \
    python -m venv installer; \
    installer/bin/pip install --no-input --no-cache-dir --disable-pip-version-check --require-hashes --no-deps --requirement uv.txt; \
    # Whatever is not ours is installed as it stands in the lock file, by its hashes. Then come our own, which have none.
    export UV_LINK_MODE=copy UV_BUILD_CONSTRAINT=/build/requirements.lock VIRTUAL_ENV=/opt/huma-xledger; \
    installer/bin/uv venv --quiet --python "$(command -v python)" "$VIRTUAL_ENV"; \
    installer/bin/uv pip compile --quiet --no-header --no-annotate --constraint requirements.lock \
        --output-file resolved.txt "$PACKAGE/pyproject.toml"; \
    grep ' @ file:' resolved.txt > ours.txt; \
    awk 'NR == FNR { wanted[$1]; next } /^[^ #]/ { on = $1 in wanted } on' resolved.txt requirements.lock > others.txt; \
    installer/bin/uv pip install --no-deps --require-hashes --requirement others.txt; \
    # Nobody may write bytecode later. It is never compared with its source, so that no date of a file is in it.
    export PYC_INVALIDATION_MODE=UNCHECKED_HASH; \
    installer/bin/uv pip install --compile-bytecode --no-deps --requirement ours.txt "./$PACKAGE"; \
    installer/bin/uv pip check; \
    ln -s "$PACKAGE" "$VIRTUAL_ENV/bin/entrypoint"; \
    chmod -R u=rwX,go=rX "$VIRTUAL_ENV"

FROM ${BASE_IMAGE}
# Python has its own library without bytecode in some images, and every start would compile it.
RUN python -m compileall -q --invalidation-mode unchecked-hash -x '/(test|tests|idlelib|lib2to3|tkinter|turtledemo)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    # What is made in the working directory is anybody's who runs this: the host keeps `.state` there, in a volume.
 && install --directory --mode=1777 /state
# Owned by root, so that no program can change its own code, and readable for anybody.
COPY --from=build /opt/huma-xledger /opt/huma-xledger
ENV PATH=/opt/huma-xledger/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIRBYTE_ENTRYPOINT=/opt/huma-xledger/bin/entrypoint
USER 1000:0
WORKDIR /state
ENTRYPOINT ["/opt/huma-xledger/bin/entrypoint"]

ARG BASE_IMAGE
ARG PACKAGE
ARG DESCRIPTION="Huma (HR) and Xledger (ERP) on any host that speaks the Airbyte protocol"
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="$PACKAGE" \
      org.opencontainers.image.description="$DESCRIPTION" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://huma-xledger.example/source" \
      org.opencontainers.image.documentation="https://huma-xledger.example/docs/images" \
      org.opencontainers.image.base.name="$BASE_IMAGE" \
      io.airbyte.name="huma-xledger/$PACKAGE" \
      io.airbyte.version="$VERSION"
