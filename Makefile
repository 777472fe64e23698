# The two commands are `make demo` and `make test`; each works on a fresh machine.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin

.PHONY: demo test faults lint benchmarks messages lock browser

demo: .venv/.installed
	$(BIN)/python manage.py demo

test: .venv/.installed .venv-ralph/.installed browser
	$(BIN)/python -m tests.run

# The long form of the fault campaign of reminders; `make test` runs the short one.
faults: .venv/.installed
	FAULTS=long $(BIN)/python -m tests.run --only postgresql -- -n 0 -s tests/faults/reminding

lint: .venv/.installed
	$(BIN)/python -m tests.run --only lint

benchmarks: .venv/.installed
	$(BIN)/python -m benchmarks.pages

# Brings the catalogues of the interface up to the code; then translate what is new and empty in lms/locale.
messages: .venv/.installed
	DJANGO_SETTINGS_MODULE=lms.site.settings.demo $(BIN)/python manage.py makemessages -l ar -l es -l fr -l ru -l zh_Hans \
		--no-location --no-wrap --ignore .venv --ignore tests --ignore "*/migrations/*" --ignore var --ignore benchmarks
	DJANGO_SETTINGS_MODULE=lms.site.settings.demo $(BIN)/python manage.py compilemessages --ignore .venv

lock:
	uv pip compile pyproject.toml --extra site --extra demo --group dev --constraint constraints.txt --universal \
		--generate-hashes --python-version 3.11 --no-annotate --no-header --no-emit-index-url -o requirements.lock

# The stamp depends on the lock: a new lock installs anew. The lock names everything, so pip has nothing to resolve: left to
# itself it looks for a newer package where another asks for an extra of it, and refuses that for want of a hash.
.venv/.installed: requirements.lock
	@test -n "$(PYTHON)" || { echo "Safeguard needs Python 3.11 or newer; none was found on PATH."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

# A record store of other people, to which the tests of forwarding pass statements on.
.venv-ralph/.installed: tests/faults/ralph.lock
	@test -x .venv-ralph/bin/python || $(PYTHON) -m venv .venv-ralph
	.venv-ralph/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/faults/ralph.lock
	@touch $@

# A browser for the journeys, and axe-core for accessibility.
browser: tests/browser/node_modules/.installed
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
		else $(BIN)/playwright install chromium; fi; }

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
