# Thin shortcuts; everything works without make.
.PHONY: run test lint bench real fuzz

run:    ## the whole week, offline, from bundled sources
	go run ./cmd/weekward demo

test:   ## every test that this machine can run
	go test ./...

lint:   ## what .ci/run checks besides the tests
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK) ./...

bench:  ## the benchmarks, with allocations
	go test -run '^$$' -bench . -benchmem ./...

real:   ## captured real feeds, collected, previewed and sent to 1,000 readers
	go test -count=1 -v -run TestRealFeeds ./cmd/weekward

fuzz:   ## every fuzz target, FUZZTIME each
	./.ci/fuzz $(FUZZTIME)

STATICCHECK = v0.8.2
FUZZTIME = 30s
