"""Running generated programs where they can do no harm, and comparing what they do."""
