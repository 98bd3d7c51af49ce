# The one door to building, testing and trying Prodworthy. `make help` lists what there is.
CONFIGURATION ?= debug
SWIFT_FLAGS ?= --explicit-target-dependency-import-check error
BIN = .build/$(CONFIGURATION)
# Tests that drive built programs and wait for them run by themselves; the others one after the other, since some hold
# real servers to deadlines.
DRIVING = ^(Acceptance|ProvingGroundTests)\.
export SWIFT_BACKTRACE = enable=no

.PHONY: help setup build release test lint format demo docs record bench

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the system packages that building, the demo and the tests need (apt, as root)
	@scripts/install-dependencies

build: setup ## build the command and the proving ground
	swift build -c $(CONFIGURATION) $(SWIFT_FLAGS)

release: setup ## build the optimised command into one file, .build/release/prodworthy
	swift build -c release --static-swift-stdlib --product prodworthy $(SWIFT_FLAGS)

test: setup ## pass the tests
	swift build --build-tests $(SWIFT_FLAGS)
	swift test --skip-build --disable-xctest $(SWIFT_FLAGS) --no-parallel --skip '$(DRIVING)'
	swift test --skip-build --disable-xctest $(SWIFT_FLAGS) --filter '$(DRIVING)'

lint: ## hold the sources against the format
	swift format lint --strict --recursive Package.swift Sources Tests Plugins

format: ## bring the sources into the format
	swift format --in-place --recursive Package.swift Sources Tests Plugins

demo: build ## audit the proving ground, healthy and broken, and leave the reports under reports/runs/
	@BIN=$(BIN) scripts/demo

docs: build ## write the generated pages: docs/checks.md
	$(BIN)/prodworthy checks --markdown > docs/checks.md

record: ## write the golden files, schemas and generated pages anew (the tests that do so fail once, on purpose)
	-RECORD=1 swift test --disable-xctest $(SWIFT_FLAGS)
	$(MAKE) docs

bench: release ## compare with other tools and with the limit, in the same run
	Benchmarks/run
