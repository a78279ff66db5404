"""Runs llama.cpp's own server until its standard input closes. Prints its address.

python -m tests.engines.llama_server_process TARGET [--drafter FILE] [--k K --kind KIND] [--port PORT] [--parallel N]

With a port it runs until it is ended from outside.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--drafter", default="")
    parser.add_argument("--kind", default="draft-mtp", help="as --spec-type of llama-server")
    for name, default in (("--k", 0), ("--port", 0), ("--parallel", 1)):
        parser.add_argument(name, type=int, default=default)
    asked = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = asked.target
    params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 2048 * asked.parallel, asked.parallel, False, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.endpoint_metrics = True
    params.hostnames, params.port = ["127.0.0.1"], asked.port
    if asked.k:
        kinds = xllamacpp.common_speculative_type
        name = f"COMMON_SPECULATIVE_TYPE_{asked.kind.replace('-', '_').upper()}"
        params.speculative.types = [getattr(kinds, name)]
        # The shortest run of tokens that is looked for, so that a short answer has some.
        if asked.kind == "ngram-mod":
            params.speculative.ngram_mod.n_match = 4
            params.speculative.ngram_mod.n_min, params.speculative.ngram_mod.n_max = 1, asked.k
        elif asked.kind.startswith("ngram"):
            lookup = getattr(params.speculative, asked.kind.replace("-", "_"))
            lookup.size_n, lookup.size_m = 4, asked.k
        draft = params.speculative.draft
        draft.mparams.path = asked.drafter
        draft.n_max, draft.n_min, draft.p_min = asked.k, 0, 0.0
        draft.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    if asked.port:
        threading.Event().wait()
    sys.stdin.read()
    os._exit(0)  # its own way out waits for connections


if __name__ == "__main__":
    main()
