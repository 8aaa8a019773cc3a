# Everything is pure Go: no C compiler is needed but for the race detector.
export CGO_ENABLED ?= 0
export GOFLAGS ?= -tags=goolm
GOLANGCI = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: demo build test race bench lint clean

demo: ## a homeserver, the bot and a lively network on this machine
	@go run ./demo

build: ## bin/buffet, static
	go build -trimpath -ldflags "-s -w -X main.version=$(shell git describe --tags --always --dirty 2>/dev/null)" -o bin/buffet ./cmd/buffet

test: ## everything, on a real homeserver; also checks the pinned libc
	@./.ci/pins
	go vet ./...
	go test ./...

race: ## the same under the race detector, which needs a C compiler; but for the crash test, whose processes die young
	CGO_ENABLED=1 go test -race -skip '^TestCrash$$' ./...

bench: ## speed and memory, against peers in the same run
	go test -run '^$$' -bench . -benchtime 1x ./offers ./schedule ./store
	go run ./eval bot

lint:
	go run $(GOLANGCI) run ./...

clean:
	rm -rf bin
