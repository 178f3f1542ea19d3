"""Serves one GGUF file with llama.cpp's own HTTP server on loopback: serve-model.py FILE PORT [TOKENS].

Two slots, so that a chat and a completion do not wait for each other, with TOKENS of context each.
"""

import os
import signal
import sys

import xllamacpp


def main() -> None:
    """Loads the model, serves it, and ends at the first signal."""
    file, port = sys.argv[1], int(sys.argv[2])
    parameters = xllamacpp.CommonParams()
    parameters.model.path = file
    parameters.model_alias = {os.path.basename(file).split(".")[0]}
    parameters.n_parallel = 2
    parameters.n_ctx = parameters.n_parallel * int(sys.argv[3] if len(sys.argv) > 3 else 4096)
    # One core is left for the editor, and waiting threads sleep: they would take it by spinning.
    parameters.cpuparams.n_threads = max(1, min(8, (os.cpu_count() or 2) - 1))
    parameters.cpuparams.poll = 0
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    server = xllamacpp.Server(parameters)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    del server


if __name__ == "__main__":
    main()
