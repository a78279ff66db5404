"""What runs inside the sandbox: the standard library only, and nothing of the app beyond this folder.

It is mounted read-only at /runner/inside. Everything that it reports is checked again outside.
"""
