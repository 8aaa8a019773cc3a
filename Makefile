# Everything is pure Go: no C compiler is needed but for the race detector.
export CGO_ENABLED ?= 0
export GOFLAGS ?= -tags=goolm
# Open sets for search and summaries, beside the checkout; they are no part of the project.
DATA ?= ../shared/data
SETS = covidfaq-de-para cwafaq-de xquadr-de xquad-de germandpr covidfaq-en-para cwafaq-en xquad-en banking77 xquad-de-en
TALKS = convosumm-email qmsum klexikon
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: demo build test race bench lint clean

demo: ## a homeserver, the bot and a lively network on this machine
	@go run ./demo

build: ## bin/buffet, static
	go build -trimpath -ldflags "-s -w -X main.version=$(shell git describe --tags --always --dirty 2>/dev/null)" -o bin/buffet ./cmd/buffet

test: ## everything, on a real homeserver, one package after the other (two Dendrites at once get in each other's way); also checks the pinned libc
	@./.ci/pins
	go vet ./...
	go test -timeout 30m -p 1 ./...

race: ## the same under the race detector, which needs a C compiler; but for the crash tests, whose processes die young, and the leak test, which is long and single-threaded
	CGO_ENABLED=1 go test -race -skip '^Test((Digest|Offers)?Crash|NoLeak)$$' -timeout 40m -p 1 ./...

bench: ## speed and memory, against peers in the same run
	go test -run '^$$' -bench . -benchtime 1x ./digest ./offers ./schedule ./store
	go run ./eval bot
	@if ls $(DATA)/*.jsonl >/dev/null 2>&1; then go run ./eval retrieval $(SETS:%=$(DATA)/%.jsonl) && \
		go run ./eval retrieval -match $(DATA)/covidfaq-de-para.jsonl $(DATA)/covidfaq-en-para.jsonl $(DATA)/banking77.jsonl && \
		go run ./eval retrieval -scale 100000 -data $(DATA) && \
		go run ./eval summaries $(TALKS:%=$(DATA)/%.jsonl) -words 90,110,330; \
	else echo "There are no open sets in $(DATA): search and summaries are not measured."; fi

lint:
	go run $(GOLANGCI) run ./...

clean:
	rm -rf bin
