# Every target hands over to `python -m course_tools`, which works without make, too.
PYTHON ?= python3
LAB_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
GRADE_ARGS ?=
ARGS ?=
LESSON ?=
ROOM ?=
LITE ?=
SITE_ARGS ?=
ROOM_ADDRESS ?=
ROOM_ARGS ?=
CERT ?=
KEY ?=
CLEAR ?=

# Python finds course_tools in this folder, which PYTHONSAFEPATH would forbid.
COURSE = PYTHONSAFEPATH= $(PYTHON) -m course_tools
ONE = $(if $(LESSON),--lesson $(LESSON))
WHERE = $(if $(ROOM_ADDRESS),--address "$(ROOM_ADDRESS)") $(if $(CERT),--cert "$(CERT)") $(if $(KEY),--key "$(KEY)")

.PHONY: help lab edit check format test browser-test lite-test refresh exercises grade nbgrader site slides room check-room bench locks clean

help:
	@echo "To learn:"
	@echo "  make lab           opens your own copy of the course in JupyterLab (LAB_ARGS=... takes its options)"
	@echo "  make lab ROOM=http://...       the same in a room, where exercises have a button to hand in"
	@echo "To teach:"
	@echo "  make test          checks that everything works here, the night before"
	@echo "  make grade SUBMISSIONS=folder  marks what was handed in (GRADE_ARGS=--help lists options)"
	@echo "  make nbgrader ARGS=export      runs a command of nbgrader's in the folder with the marks (OUTPUT=folder)"
	@echo "  make site          makes the course's pages, for any web server or a memory stick (LITE=1 adds a JupyterLab)"
	@echo "  make slides        cuts a deck from each lesson, with notes for the speaker, in site/_build/slides"
	@echo "  make room          serves the course to everybody in a room (ROOM_ADDRESS=192.168.1.5; CLEAR=1 deletes what it kept)"
	@echo "  make check-room    looks the evening before whether all is there (ROOM_ARGS=--help lists options of both)"
	@echo "To change the course:"
	@echo "  make edit          opens the course's own notebooks"
	@echo "  make check         checks all that takes no kernel, sandbox or browser"
	@echo "  make format        mends the style of code"
	@echo "  make test          checks style, types and every lesson (LESSON=06 takes one, TEST_ARGS=... is for pytest)"
	@echo "  make browser-test  drives the lessons in Chromium (NIGHTLY=1 compares the colours of every page)"
	@echo "  make lite-test     runs the notebooks in the browser's own JupyterLab (NIGHTLY=1 takes all of them)"
	@echo "  make refresh       executes the notebooks and writes their outputs (LESSON=06 takes one)"
	@echo "  make exercises     cuts the exercises out of the solutions"
	@echo "  make bench         measures the library against the alternatives (BENCH_ARGS=... names a part)"
	@echo "  make locks         pins the dependencies (LOCKS_ARGS=--upgrade takes newer versions)"
	@echo "  make clean         removes .venv and every cache"
	@echo
	@echo "PYTHON=python3.12 chooses another Python."

lab:
	@$(COURSE) lab $(if $(ROOM),--room="$(ROOM)") $(LAB_ARGS)

edit:
	@$(COURSE) edit $(LAB_ARGS)

check:
	@$(COURSE) check $(TEST_ARGS)

format:
	@$(COURSE) format

test:
	@$(COURSE) test $(ONE) $(TEST_ARGS)

browser-test:
	@$(COURSE) browser-test $(TEST_ARGS)

lite-test:
	@$(COURSE) lite-test $(TEST_ARGS)

refresh:
	@$(COURSE) refresh $(ONE)

exercises:
	@$(COURSE) exercises

grade:
	@$(COURSE) grade $(if $(SUBMISSIONS),"$(SUBMISSIONS)") $(GRADE_ARGS)

nbgrader:
	@$(COURSE) nbgrader $(if $(OUTPUT),--output "$(OUTPUT)") $(ARGS)

site:
	@$(COURSE) site $(if $(LITE),--lite) $(SITE_ARGS)

slides:
	@$(COURSE) slides $(SITE_ARGS)

room:
	@$(COURSE) room $(WHERE) $(if $(CLEAR),--clear) $(ROOM_ARGS)

check-room:
	@$(COURSE) check-room $(WHERE) $(ROOM_ARGS)

bench:
	@$(COURSE) bench $(BENCH_ARGS)

locks:
	@$(COURSE) locks $(LOCKS_ARGS)

clean:
	rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
