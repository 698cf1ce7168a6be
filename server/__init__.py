"""The Flask application that Doccano calls, the command line, and the demo."""
