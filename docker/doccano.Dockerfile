# Doccano as nerloop is tested against it: 1.8.4 from PyPI, which wants the two older libraries.
FROM python:3.11-slim-bookworm
RUN pip install --no-cache-dir \
        doccano==1.8.4 'marshmallow<4' 'numpy<2' 'setuptools<81' \
        psycopg2-binary==2.9.11 redis==5.2.1 \
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
