# make demo    make an environment, build, and plan one day of a real bank's telephone centre
# make test    the same environment, and every test
# make lint types bench checked clean
#
# Everything lives in .venv and build; nothing is installed elsewhere. Any Python from 3.11 on: make demo PYTHON=python3.13

PYTHON ?=
RUN = .venv/bin/python
# The place may have a space in its name: recipes use relative paths only, and start programs as `python -m`.
PIP = $(RUN) -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint types bench checked clean
.DELETE_ON_ERROR:

demo: .venv/built
	$(RUN) -m simcenter plan bank_1999 --set horizon.days=1

test: .venv/built
	$(RUN) -m pytest -n 2 $(ARGS)

# cython-lint starts pycodestyle by its name.
lint: .venv/lint
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	PATH="$$PWD/.venv/bin:$$PATH" cython-lint ext

types: .venv/lint .venv/built
	$(RUN) -m mypy
	$(RUN) -m mypy.stubtest --mypy-config-file pyproject.toml $(subst /,.,$(basename $(wildcard simcenter/*.pyi)))

bench: .venv/bench .venv/built
	$(RUN) -m pytest benchmarks $(ARGS)

# Bounds checks on: a copy of the tree, so that the fast build beside it stays as it is.
checked: .venv/built
	rm -rf build/checked
	mkdir -p build/checked
	cp -R Makefile README.md LICENSE pyproject.toml setup.py simcenter ext scenarios tests benchmarks docs build/checked
	find build/checked -name '*.so' -delete
	cd build/checked && SIMCENTER_CHECKED=1 ../../$(RUN) setup.py --quiet build_ext --inplace
	cd build/checked && PYTHONPATH="$$PWD" ../../$(RUN) -c "import simcenter._erlang as m; assert 'checked' in m.__file__, m.__file__"
	cd build/checked && PYTHONPATH="$$PWD" ../../$(RUN) -m pytest -n 2 $(ARGS)

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find simcenter ext tests scenarios benchmarks docs -name __pycache__ -prune -exec rm -rf {} +
	find simcenter -name '*.so' -delete

# The environment: made once, and again when pyproject.toml changes. The stamp is written last, so a half-made one is
# taken up again. Build tools go in by name, so that a later rebuild of the compiled parts needs no network.
.venv/made: pyproject.toml
	@set -e; found=; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "simcenter needs Python 3.11 or newer$(if $(PYTHON),; \"$(PYTHON)\" is not). Debian, Ubuntu: apt-get install python3 python3-venv;" \
	        "macOS: brew install python. One under another name: make demo PYTHON=/path/to/python" >&2; exit 1; fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found has no venv module. Debian, Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	if ! command -v "$${CC:-cc}" >/dev/null && ! command -v gcc >/dev/null; then \
	    echo "simcenter compiles its inner loops and needs a C compiler. Debian, Ubuntu: apt-get install gcc libc6-dev;" \
	        "macOS: xcode-select --install" >&2; exit 1; fi; \
	if ! "$$found" -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'; then \
	    echo "$$found has no header files. Debian, Ubuntu: apt-get install python3-dev" >&2; exit 1; fi; \
	echo "Making the environment in .venv with $$found: a few minutes the first time" >&2; \
	"$$found" -m venv .venv
	@$(RUN) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > .venv/build-requires
	@$(PIP) install -r .venv/build-requires
	@$(PIP) install --no-build-isolation --editable '.[test]'
	@touch $@

.venv/built: .venv/made setup.py $(wildcard ext/* simcenter/*.pxd)
	$(RUN) setup.py --quiet build_ext --inplace
	@touch $@

.venv/lint .venv/bench: .venv/made
	@$(PIP) install --no-build-isolation --editable '.[$(notdir $@)]'
	@touch $@
