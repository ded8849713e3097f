"""`python -m desktop_app` and the console script `jiceng`; an interruption at any moment is one sentence."""

import os
import sys

_INTERRUPTED = 130  # what shells expect after Ctrl-C


def run() -> None:
    """Run the command that the process was started with."""
    try:
        from desktop_app.cli.main import run as run_command

        run_command()
    except KeyboardInterrupt:
        _say_interrupted()
    except SystemExit as leaving:
        if leaving.code == _INTERRUPTED:
            _say_interrupted()
        raise


def _say_interrupted() -> None:
    from desktop_app.core.messages import LANGUAGES, Catalogue

    asked = os.environ.get("JICENG_LANG", "")
    messages = Catalogue(asked if asked in LANGUAGES else LANGUAGES[0])
    sys.stderr.write(messages.text("interrupted") + "\n")
    sys.stderr.flush()
    os._exit(_INTERRUPTED)  # threads of the engines may still wait


if __name__ == "__main__":
    run()
