"""`python -m server.cli`: the `nerloop` command with this Python, for child processes."""

from server.cli import main

if __name__ == "__main__":
    main(prog_name="nerloop")
