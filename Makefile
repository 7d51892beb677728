# Everything needs only GNU make, git and a Rust toolchain; `make setup` sees to the rest.

TOOLS := .cache/tools/bin
CARGO := cargo

.PHONY: help setup build demo test lint fmt screenshots bench fuzz clean

help: ## List the targets.
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the build and the tests need and this machine lacks.
	@scripts/setup.sh

build: ## Build the coder program (debug).
	$(CARGO) build --locked

demo: ## Build, play the user guide's main job, then keep serving until Ctrl-C.
	@scripts/setup.sh build
	@$(CARGO) build --locked
	@scripts/demo.sh target/debug/coder

lint: setup ## Format check, lints, documentation, dependency rules.
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items --quiet
	npm --prefix crates/web run --silent check
	$(TOOLS)/cargo-deny --log-level error check bans licenses sources
	$(TOOLS)/cargo-shear --locked
	@scripts/rust-version.mjs

test: lint ## Everything: format, lints, unit, integration on both databases, black box.
	$(CARGO) build --locked --workspace --all-targets
	INSTA_UPDATE=no scripts/with-postgres.sh $(CARGO) test --locked --workspace --quiet

screenshots: setup ## Write a picture of every page, in every state, light and dark, narrow and wide, to ./screenshots.
	rm -rf screenshots
	CODER_SCREENSHOTS=$(CURDIR)/screenshots $(CARGO) test --locked --package coder-cli --test browser --quiet -- accessibility::

fmt: ## Format the code.
	$(CARGO) fmt

bench: setup ## Measure, beside a baseline or a peer in the same run.
	$(CARGO) build --locked --release --package coder-cli --package coder-testkit --bins --benches
	CODER_BENCH_PROGRAM=$(CURDIR)/target/release/coder \
		$(CARGO) bench --locked --package coder-cli --package coder-testkit --bench coder

fuzz: setup ## Fuzz what faces the network, a minute for each target (needs a nightly toolchain).
	@scripts/fuzz.sh

clean: ## Delete what was built.
	$(CARGO) clean
	rm -rf .cache fuzz/target
