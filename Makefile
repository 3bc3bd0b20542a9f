# Netra. "make" alone lists what can be made.

GO      ?= go
PKG     ?= ./...
TESTFLAGS ?=
TIMEOUT ?= 20m
FUZZTIME ?= 60s
COUNT   ?= 1
BIN     ?= bin/netra
IMAGE   ?= netra
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

# Tools are run from source at these versions: nothing to install, and the same
# for everybody.
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help deps test bench fuzz lint fmt vuln build run demo chat update docker ci clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what the tests need if it is missing, and say so
	@scripts/deps.sh

# Uncached, because some tests start programs that Go's test cache cannot see.
test: deps ## check and test everything, with the race detector: passes on a fresh machine
	$(GO) vet $(PKG)
	CGO_ENABLED=1 $(GO) test -race -count=1 -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)

bench: deps ## run the benchmarks (COUNT=10 for benchstat)
	$(GO) test -run='^$$' -bench=. -benchmem -count=$(COUNT) -timeout $(TIMEOUT) $(PKG)

fuzz: ## run every fuzz target for FUZZTIME each (60s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh $(PKG)

lint: ## run the linters; the first time builds them, which takes some minutes
	$(GO) run $(GOLANGCI_LINT) run $(PKG)

fmt: ## format the code and sort its imports
	$(GO) run $(GOLANGCI_LINT) fmt

vuln: ## look for known vulnerabilities in what the code calls
	@scripts/vuln.sh

build: ## build one static binary, bin/netra
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/netra

run: ## run the bot; configuration is NETRA_* in the environment
	$(GO) run ./cmd/netra serve

demo: ## see reporter and supervisors in a browser, with nothing else running
	$(GO) run ./cmd/netra demo

chat: ## hold a conversation in the terminal, with nothing else running
	@$(GO) run ./cmd/netra chat

update: ## rewrite the transcripts in testdata from what the bot says now
	@scripts/update.sh

docker: ## build the container image netra:VERSION
	docker build --build-arg VERSION=$(or $(VERSION),dev) --build-arg REVISION=$(shell git rev-parse --verify -q HEAD 2>/dev/null) -t $(IMAGE):$(or $(VERSION),dev) .

ci: ## everything that must hold before a change goes in
	@.ci/run

clean: ## remove what was built
	rm -rf bin
