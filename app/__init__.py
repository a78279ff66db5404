"""MTP Race: see, measure and explain what a multi-token-prediction drafter does to a local LLM."""

import os
import sys

__version__ = "0.1.0"


def _leave_out_the_current_folder() -> None:
    """Takes the folder that the app was started in off Python's path, before anything is imported from it.

    ``python -m`` puts it there, and so does an empty or relative entry of PYTHONPATH, such as a colon too many leaves.
    """
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    entries = [] if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "").split(os.pathsep)
    named = {os.path.abspath(entry) for entry in entries if os.path.isabs(entry)}
    try:
        unwanted = {os.path.abspath(entry) for entry in entries if not os.path.isabs(entry)}
        if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:  # Its value while Python looks for the module to run.
            unwanted.add(os.getcwd())
    except OSError:
        return  # The folder is gone, and nothing can be imported from it.
    unwanted -= {root, *named}
    sys.path[:] = [entry for entry in sys.path if entry not in unwanted]


_leave_out_the_current_folder()
