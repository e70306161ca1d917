# The site as one image: web server, worker, clock and commands differ only in what they are told to run.
FROM python:3.11-slim AS libraries
COPY requirements.lock /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement /requirements.lock

FROM python:3.11-slim AS site
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
# With these, receipts in PDF show names in every script.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /data foothold && install --directory --owner=foothold /data
COPY --from=libraries /venv /venv
WORKDIR /app
COPY . .
RUN python -m compileall -q . && python -m tests.deploy collectstatic --noinput && rm -r tests
USER foothold
EXPOSE 8000
CMD ["gunicorn", "--config=python:marketplace.serving"]

# What stands before it: TLS, and the static files of exactly this release.
FROM caddy:2 AS proxy
COPY Caddyfile /etc/caddy/Caddyfile
COPY --from=site /app/staticfiles /srv/static
