# Every target runs with Go alone, unless it says otherwise.
.PHONY: test test-portable test-purego test-race test-exhaustive test-arm64 test-openblas test-avx2 test-noavx test-avx512 bits vet fuzz bench bench-openblas peers peers-quick importcost golden

FUZZTIME = 30s
FUZZFLAGS = # such as -fuzzminimizetime=10x
BENCHFLAGS = # such as -quick
PEERSFLAGS = # such as -cases even32_h256 -peers packedlstm,pytorch-packed

test: # what must pass before a commit
	go test ./...

test-portable: # the assembly levels off, by variable
	PACKEDLSTM_LEVEL=portable go test -count=1 ./...

test-purego: # no assembly in the binary
	go test -tags purego ./...

test-race: # with the race detector (needs cgo)
	go test -race ./...

test-exhaustive: # exp, sigmoid and tanh on all 2^32 float32, some minutes
	go test ./kernels -run Accuracy -exhaustive -v

# OpenBLAS as the engine; needs libopenblas-dev and a C compiler. kernels/openblas says what
# holds then. Settings: for large products, for those and single steps, where it is faster.
# OpenBLAS chooses its own kernels and blocks, whatever was set for other programs.
OPENBLAS = env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE CGO_LDFLAGS=-lopenblas go
OPENBLAS_ROOMS = ./kernels/... ./internal/... ./lstm ./nn ./seq2seq ./fuzz ./examples
test-openblas:
	$(OPENBLAS) vet -tags openblas ./...
	PACKEDLSTM_ENGINE=openblas $(OPENBLAS) test -count=1 -tags openblas ./...
	PACKEDLSTM_ENGINE=openblas PACKEDLSTM_STEP_ENGINE=openblas $(OPENBLAS) test -count=1 -short -tags openblas $(OPENBLAS_ROOMS)
	PACKEDLSTM_ENGINE=auto $(OPENBLAS) test -count=1 -short -tags openblas $(OPENBLAS_ROOMS)

bench-openblas: # this package's products beside OpenBLAS's, case by case
	$(OPENBLAS) test -tags openblas -run xxx -bench Engines -benchtime 200ms -count 5 ./bench

test-arm64: # needs qemu-user-static
	PACKEDLSTM_REQUIRE=neon GOARCH=arm64 CGO_ENABLED=0 go test -timeout 30m -exec qemu-aarch64-static ./...

# A CPU with AVX2 and no AVX-512, and one without AVX; need qemu-user-static. qemu reads
# the masked lanes of VMASKMOVPS, which a CPU does not: the tests at page bounds are skipped.
# Of gonumblas, large products and what no level changes are skipped, too.
HASWELL = PACKEDLSTM_REQUIRE=avx2 CGO_ENABLED=0 go test -timeout 30m -exec 'qemu-x86_64-static -cpu Haswell'
NEHALEM = CGO_ENABLED=0 go test -timeout 30m -exec 'qemu-x86_64-static -cpu Nehalem'
test-avx2:
	$(HASWELL) -short -run '/^avx2$$' -skip 'FMA32|Pattern|Accuracy|Bounds' ./kernels
	$(HASWELL) -run '^(TestBits|TestGolden|TestFewRows|TestPrepared.*)$$/^avx2$$' ./lstm
	$(HASWELL) -short -run '/^avx2$$' -skip 'SgemmBlocks|SgemmBits|SgemvLarge|Scratch|Allocations' ./kernels/gonumblas
test-noavx:
	$(NEHALEM) -short -skip 'FMA32|Accuracy|Bounds' ./kernels
	$(NEHALEM) -run '^(TestBits|TestGolden|TestPrepared.*)$$' ./lstm

# AVX-512 on a CPU without it, under Bochs: some minutes; needs root for the packages.
test-avx512:
	mkdir -p bench/out/emulated
	CGO_ENABLED=0 go test -c -o bench/out/emulated/ ./kernels ./kernels/gonumblas ./lstm
	PACKEDLSTM_REQUIRE=avx512 .ci/emulate bench/out/emulated/kernels.test -test.short -test.run '/^avx512$$' -test.skip 'FMA32|Pattern|Accuracy'
	PACKEDLSTM_REQUIRE=avx512 .ci/emulate bench/out/emulated/gonumblas.test -test.short -test.run '/^avx512$$' -test.skip 'SgemmBlocks|SgemmBits|SgemvLarge|Scratch|Concurrency|Allocations'
	PACKEDLSTM_REQUIRE=avx512 .ci/emulate -d lstm bench/out/emulated/lstm.test -test.short -test.run '^(TestBits|TestGolden|TestFewRows)$$/^avx512$$'

bits: # the same bits at every level: here, under qemu and under Bochs
	.ci/bits bench/out/bits

vet: # go test does not check the assembly's frames and arguments
	for arch in amd64 arm64 riscv64; do for tag in "" purego; do \
		CGO_ENABLED=0 GOARCH=$$arch go vet -tags "$$tag" ./... || exit 1; done; done

fuzz: # every target for FUZZTIME, which may be a count: make fuzz FUZZTIME=1000x
	for package in ./fuzz ./examples/g2p; do \
		list=$$(go test -list '^Fuzz' $$package) || { echo "$$list"; exit 1; }; \
		targets=$$(echo "$$list" | grep ^Fuzz) || { echo "no fuzz target in $$package"; exit 1; }; \
		for target in $$targets; do \
			go test -run xxx -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $(FUZZFLAGS) $$package || exit 1; done; done

bench: # every named case beside this machine's roofs, at most 10 minutes: bench/out
	go run ./bench/report $(BENCHFLAGS)

# This library beside others, which PyPI and the Go module proxy provide: needs Python 3
# with pip, a C++ compiler for one of them, a C compiler to count what they allocate;
# bench/README.md says how to read what comes.
peers: # at most 60 minutes
	go run ./bench/peers $(PEERSFLAGS)
peers-quick: # at most 10 minutes
	go run ./bench/peers -quick $(PEERSFLAGS)
importcost: # what importing costs, after make peers
	go run ./bench/peers/importcost

golden: # needs a Python with torch==2.15.0; see the scripts' heads
	for script in lstm packed mask nn; do python3 $$script/testdata/make_golden.py || exit 1; done
