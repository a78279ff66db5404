"""Where everything unexpected arrives: it becomes a Problem for the user, and its traceback goes to the log."""
