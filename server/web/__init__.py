"""The Flask application: routes, tokens, errors, health, and the process that serves them.

Entry points: `gunicorn_app.serve`. A new page is a blueprint of its own, which `app.create_app`
registers.
"""
