# One-line habits; the build itself is CMakeLists.txt and its presets.
FUZZ_SECONDS ?= 60
ROUNDS ?= 500
MINUTES ?= 30
T ?= *

.PHONY: all dev test check tsan release fuzz crash soak bench golden fixtures format layers clean server help
all: dev ## build everything, debug with ASan and UBSan
dev: build/dev/build.ninja
	cmake --build build/dev
test: dev ## build and run all tests (T=name: only those whose name holds it)
	ctest --test-dir build/dev --output-on-failure -j 2 $(if $(filter-out *,$(T)),-R '$(T)')
check: ## what a commit needs: all tests, TSan, release, layers, format, clang-tidy
	script/test
tsan: build/tsan/build.ninja ## the edge layers under ThreadSanitizer
	cmake --build build/tsan --target tests-edge
	ctest --test-dir build/tsan --output-on-failure -j 2 -L edge
release: build/release/build.ninja ## optimised, leaves build/release/tradewind
	cmake --build build/release
fuzz: build/fuzz/build.ninja ## every fuzz target FUZZ_SECONDS long (T=json: only that one)
	cmake --build build/fuzz
	tools/fuzz.sh build/fuzz $(FUZZ_SECONDS) '$(T)'
crash: release ## kill -9 under load and audit, ROUNDS times
	TRADEWIND=build/release/tradewind tools/crash.py --rounds $(ROUNDS)
soak: release ## MINUTES of steady load: memory and files stay within 2 %
	TRADEWIND=build/release/tradewind tools/soak.py --minutes $(MINUTES)
bench: build/release/build.ninja ## every figure beside its marker and limit (T=lob: only that program)
	cmake --build build/release --target bench-programs tradewind
	$(if $(filter-out *,$(T)),build/release/bench_$(T) $(ARGS),bench/run.py $(ARGS))
golden: dev ## rewrite the snapshots; review the diff like code
	GOLDEN=write ctest --test-dir build/dev --output-on-failure -R golden
fixtures: release ## every reference of ../shared: backtests, indicators, books, bars: equal or not
	tools/check_references.py --program build/release/tradewind || [ $$? -eq 77 ]
format: ## clang-format everything
	find src tests fuzz bench $(wildcard include) -name '*.[ch]' | xargs clang-format-14 -i
layers: ## includes and calls against src/LAYERS
	tools/check_layers.sh
server: ## set up, build, run
	script/server
clean: ## forget every build
	rm -rf build
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

build/%/build.ninja: CMakePresets.json
	cmake --preset $*
