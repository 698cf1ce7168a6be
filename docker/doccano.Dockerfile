# Doccano as nerloop is tested against it, with what server/demo/local_doccano/doccano.lock lists.
FROM python:3.11.14-slim-bookworm
COPY server/demo/local_doccano/doccano.lock /tmp/doccano.lock
RUN pip install --no-cache-dir --require-hashes --no-deps -r /tmp/doccano.lock \
 && groupadd --gid 61000 doccano \
 && useradd --uid 61000 --gid doccano --create-home --shell /usr/sbin/nologin doccano \
 && install -d -o doccano -g doccano /var/lib/doccano
ENV DOCCANO_HOME=/var/lib/doccano \
    PYTHONUNBUFFERED=1
USER 61000:61000
WORKDIR /var/lib/doccano
VOLUME /var/lib/doccano
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/v1/health/?format=json', timeout=4)"]
ENTRYPOINT ["doccano"]
CMD ["webserver"]
