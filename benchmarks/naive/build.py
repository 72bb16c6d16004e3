"""Build the naive loop with the compiler flags of the extensions, into a folder of its own."""

import re
import subprocess
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def flags() -> list[str]:
    """The flags that setup.py gives the compiler on this platform."""
    lists = re.findall(r"\[[^\]]*\]", next(line for line in _lines() if line.startswith("FLAGS")))
    return re.findall(r'"([^"]+)"', lists[0 if sys.platform == "win32" else -1])


def _lines() -> list[str]:
    return (ROOT / "setup.py").read_text().splitlines()


SETUP = """
from Cython.Build import cythonize
from setuptools import Extension, setup
setup(name="naive", packages=[], py_modules=[], ext_modules=cythonize(
    [Extension("naive_erlang", [{source!r}], extra_compile_args={flags!r})],
    build_dir={build!r}, compiler_directives={{"language_level": "3"}}))
"""


def build() -> ModuleType:
    """Compile where it is new, and import."""
    source, folder = HERE / "naive_erlang.pyx", ROOT / "build" / "naive"
    target = folder / f"naive_erlang{sysconfig.get_config_var('EXT_SUFFIX')}"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / "setup_naive.py"
        script.write_text(SETUP.format(source=str(source), flags=flags(), build=str(folder)))
        command = [
            sys.executable,
            str(script),
            "-q",
            "build_ext",
            "--build-lib",
            str(folder),
            "--build-temp",
            str(folder),
        ]
        subprocess.run(command, check=True, cwd=folder, capture_output=True)
    spec = spec_from_file_location("naive_erlang", target)
    if spec is None or spec.loader is None:
        raise ImportError(f"{target} cannot be loaded")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
