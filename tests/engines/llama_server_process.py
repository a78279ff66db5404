"""Runs llama.cpp's own server until its standard input closes. Prints its address.

python -m tests.engines.llama_server_process TARGET DRAFTER K [PORT]

With a port it runs until it is ended from outside.
"""

from __future__ import annotations

import os
import sys
import threading

import xllamacpp


def main() -> None:
    target, drafter, k = sys.argv[1], sys.argv[2], int(sys.argv[3])
    params = xllamacpp.CommonParams()
    params.model.path = target
    params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 2048, 1, False, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.hostnames, params.port = ["127.0.0.1"], int(sys.argv[4]) if len(sys.argv) > 4 else 0
    if k:
        kinds = xllamacpp.common_speculative_type
        params.speculative.types = [kinds.COMMON_SPECULATIVE_TYPE_DRAFT_MTP]
        draft = params.speculative.draft
        draft.mparams.path = drafter
        draft.n_max, draft.n_min, draft.p_min = k, 0, 0.0
        draft.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    if len(sys.argv) > 4:
        threading.Event().wait()
    sys.stdin.read()
    os._exit(0)  # its own way out waits for connections


if __name__ == "__main__":
    main()
