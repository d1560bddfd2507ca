.DEFAULT_GOAL := help
.PHONY: help run test lint fmt ui bench audit

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the server on http://127.0.0.1:8080
	cargo run

test: ## Install what the tests need, run all of them, print a summary
	@bash .ci/test.sh $(STEPS)

lint: ## Formatting, lints, shell scripts, types of the pages
	@bash .ci/test.sh format shell clippy pages-check
	@if command -v typos >/dev/null; then typos --config .typos.toml; else echo "typos: not installed, skipped"; fi

fmt: ## Format the Rust code and the pages
	cargo fmt --all
	cd handoff-axum/ui && npm run format --if-present

ui: ## Build the dashboard and the widget from their sources
	cd handoff-axum/ui && npm ci --ignore-scripts --no-audit --no-fund && npm run build

bench: ## Measure against the raw limits and the peers, print and save the table
	cargo bench -p handoff-benches

audit: ## Known vulnerabilities of the dependencies (needs a network)
	cargo deny check advisories
