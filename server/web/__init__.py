"""The Flask application: routes, tokens, errors, health, and the process that serves them.

Others use `gunicorn_app.serve`. A new page is a blueprint of its own, which `app.create_app`
registers.
"""
