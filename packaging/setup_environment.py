"""Sets up the project's environment in .venv. Needs Python alone; run by make, safe to run again.

Usage: python packaging/setup_environment.py app|dev
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LEAST_PYTHON = (3, 11)
LOADED_AT_START = ("PySide6", "shiboken6", "msgspec", "typing_extensions.py", "platformdirs", "psutil", "numpy",
                   "rich", "llama_cpp")  # fmt: skip

# What Qt's platform plugins load, and the Debian package that carries each.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
}


def say(text: str) -> None:
    """Prints a line at once, so that long steps are announced before they begin."""
    print(text, flush=True)


def run(*command: str) -> None:
    """Runs a command in the project's folder; ends the set-up with its status if it fails."""
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"set-up: this command failed with status {done.returncode}:\n  {' '.join(command)}")


def missing_packages() -> list[str]:
    """Returns the Debian packages of the libraries that Qt needs and that cannot be loaded."""
    missing = []
    for library, package in QT_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def system_libraries() -> None:
    """Installs the libraries that the window needs, if that is possible here, else says how."""
    if sys.platform != "linux" or not (missing := missing_packages()):
        return
    apt = shutil.which("apt-get")
    if apt is None:
        say(f"set-up: the window needs system libraries that are missing here; on Debian they are: {' '.join(missing)}")
        return
    admin: list[str] = []
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None or subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode:
            say(f"set-up: the window needs system libraries. Please run:\n  sudo apt-get install {' '.join(missing)}")
            return
        admin = [sudo, "-n"]
    say(f"set-up: installing system libraries for the window: {' '.join(missing)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        if subprocess.run([*admin, apt, *step], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            say("set-up: that did not work; the terminal commands work without them.")
            return


def gpu_settings() -> list[str]:
    """Returns build settings of llama.cpp for this machine's GPU. Metal needs none; CUDA needs its compiler."""
    if os.environ.get("MTP_RACE_GPU") == "off" or not shutil.which("nvidia-smi") or not shutil.which("nvcc"):
        return []
    if subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False).returncode:
        return []
    say("set-up: building llama.cpp for the NVIDIA GPU (MTP_RACE_GPU=off builds for the CPU alone)")
    return ["-DGGML_CUDA=ON"]


def processor_settings() -> list[str]:
    """Returns build settings for what this machine's processor has and llama.cpp cannot use.

    With AMX, its kernels load a tile configuration that GCC leaves unwritten, and die with SIGILL in the first pass of
    more than one token (ggml-org/llama.cpp, pull request 26954). Without the macro they are not built.
    """
    if "amx_int8" not in cpu_identity().split():
        return []
    return ["-DCMAKE_C_FLAGS=-U__AMX_INT8__", "-DCMAKE_CXX_FLAGS=-U__AMX_INT8__"]


def build_settings() -> list[str]:
    """Returns cmake's arguments for llama.cpp: what pyproject.toml says, this machine's processor and its GPU."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        fixed = tomllib.load(file)["tool"]["uv"]["config-settings-package"]["llama-cpp-python"]
    return [f"-D{key.removeprefix('cmake.define.')}={value}" for key, value in fixed.items()] + [
        *processor_settings(),
        *gpu_settings(),
    ]


def cache_folder() -> Path:
    """Returns where built wheels are kept: the user's cache folder of this platform."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home())))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "mtp-race" / "wheels"


def cpu_identity() -> str:
    """Returns what the compiler's native instruction set depends on, so that no other machine's wheel is taken."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), platform.processor())
    except OSError:
        return platform.processor()


def llama_wheel(python: Path) -> Path:
    """Returns the wheel of llama-cpp-python for this machine. It is compiled once and kept in the user's cache."""
    settings = build_settings()
    pinned = (ROOT / "requirements" / "llama.txt").read_text(encoding="utf-8")
    key = "\n".join([pinned, *settings, platform.machine(), platform.python_implementation(), cpu_identity()])
    folder = cache_folder() / hashlib.sha256(key.encode()).hexdigest()[:16]
    found = sorted(folder.glob("llama_cpp_python-*.whl"))
    if found:
        return found[0]
    say("set-up: compiling llama.cpp; this happens once and takes 5 to 15 minutes")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        # As an environment variable: pip does not hand --config-settings on to what a requirements file names.
        os.environ["CMAKE_ARGS"] = " ".join([os.environ.get("CMAKE_ARGS", ""), *settings]).strip()
        wheel = [str(python), "-m", "pip", "wheel", "-q", "--no-deps", "--no-cache-dir", "--require-hashes"]
        run(*wheel, "-r", "requirements/llama.txt", "-w", temporary)
        built = next(Path(temporary).glob("*.whl"))
        return built.replace(folder / built.name)


def compile_bytecode(python: Path) -> None:
    """Compiles what the window loads at its start, so that the first start is as quick as any other."""
    found = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    packages = [Path(found.stdout.strip()) / name for name in LOADED_AT_START]
    present = [str(path) for path in packages if path.exists()]
    # A file that cannot be compiled is no reason not to start.
    subprocess.run([str(python), "-m", "compileall", "-qq", "-j", "0", "app", *present], cwd=ROOT, check=False)


def main() -> None:
    """Sets up the app's environment, or with ``dev`` the one for tests as well."""
    which = sys.argv[1] if len(sys.argv) > 1 else "app"
    if sys.version_info < LEAST_PYTHON:
        sys.exit(f"set-up: MTP Race needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    system_libraries()
    folder = "Scripts" if os.name == "nt" else "bin"
    python = VENV / folder / "python"
    if not python.exists():
        say("set-up: making the virtual environment .venv")
        venv.create(VENV, with_pip=True)
    uv = VENV / folder / "uv"
    if not uv.exists():
        run(str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements/bootstrap.txt")
    say("set-up: installing what is needed")
    install = [str(uv), "pip", "install", "--quiet", "--python", str(python)]
    run(*install, "--require-hashes", "-r", f"requirements/{which}.txt")
    run(*install, "--no-deps", str(llama_wheel(python)))
    run(*install, "--no-deps", "--no-build-isolation", "-e", ".")
    compile_bytecode(python)
    (VENV / f".ready-{which}").touch()


if __name__ == "__main__":
    main()
