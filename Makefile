# What a person types. `make` alone tells what there is.

SHELL := bash

CONFIG ?= Config/station.yaml
PREFIX ?= /usr/local
SWIFT ?= swift

# Debian's packages: what the build needs, and what the tests listen with, push to and measure by.
BUILD_PACKAGES := libogg-dev libvorbis-dev libmp3lame-dev libopus-dev libflac-dev libsoxr-dev libshout-dev \
	libebur128-dev libsqlite3-dev libcrypt-dev libcurl4-openssl-dev pkgconf \
	libavformat-dev libavcodec-dev libavdevice-dev libswresample-dev libavutil-dev
TEST_PACKAGES := icecast2 ffmpeg vorbis-tools opus-tools mpg123 curl openssl mpv vlc-bin vlc-plugin-base mplayer \
	chromium firefox-esr ezstream liquidsoap ices2 gstreamer1.0-tools gstreamer1.0-plugins-base \
	gstreamer1.0-plugins-good butt darkice streamripper pulseaudio pulseaudio-utils flac xvfb iproute2 iptables \
	python3-dateutil python3-icalendar radicale
BENCH_PACKAGES := gcc libssl-dev openssl python3 python3-numpy valgrind ffmpeg vorbis-tools icecast2 ices2 ezstream \
	liquidsoap mpd

# An import that Package.swift does not allow is an error, as every warning is.
FLAGS := --explicit-target-dependency-import-check error

.PHONY: help run build check test fuzz proof bench install build-packages test-packages bench-packages

help:
	@echo 'make run       builds Funkhaus and puts the demo station on air at http://localhost:8000'
	@echo 'make check     looks for mistakes in CONFIG=$(CONFIG) and its playlists'
	@echo 'make test      runs every test; what is missing for it is installed'
	@echo 'make fuzz      throws made-up bytes at what takes strangers apart, FUZZ_SECONDS=20 for each kind'
	@echo 'make proof     runs the tests that take too long for every day'
	@echo 'make bench     measures speed and memory, beside others; QUICK=1 for a first impression'
	@echo 'make install   installs the programs, their completions and the systemd unit below PREFIX=$(PREFIX)'

run: build
	.build/release/funkhaus serve --config $(CONFIG)

check: build
	.build/release/funkhaus check --config $(CONFIG)

build: build-packages
	$(SWIFT) build -c release --product funkhaus $(FLAGS)
	$(SWIFT) build -c release --product funkhaus-media $(FLAGS)

# What a listener hears is tested on the programs that listeners hear, a few stations at a time: two cores carry no more.
test: build test-packages
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift
	$(SWIFT) build --build-tests $(FLAGS)
	@$(call tell,$(NARROW) $(SWIFT) test --skip-build $(FLAGS) --skip '$(PACED)')
	@$(call tell,$(HEARD) $(SWIFT) test --skip-build $(FLAGS) --filter '$(PACED)')

# All tests at once would open thousands of files on a slow machine.
NARROW := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=24

# Tests in which real players and servers, or a DJ's line, follow music at its own pace: beside tests that take both
# cores they would be late.
PACED := PeerTests|IcecastTests|UplinkLineTests|SceneTests
HEARD := FUNKHAUS_PROGRAMS=$(CURDIR)/.build/release SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=3

# What libFuzzer finds stays below .build, and is an example for the next time; what crashes belongs into the corpus.
FUZZ_SECONDS ?= 20

# Swift's own words about a crash would keep libFuzzer from its work.
fuzz: export FUNKHAUS_FUZZ = 1
fuzz: export SWIFT_BACKTRACE = enable=no
fuzz: build-packages
	$(SWIFT) build --product funkhaus-fuzz $(FLAGS)
	@for kind in head login titles body uplink shoutcast; do \
		mkdir -p .build/fuzz/$$kind && \
		.build/debug/funkhaus-fuzz $$kind -max_total_time=$(FUZZ_SECONDS) -timeout=5 -max_len=2048 -print_final_stats=1 \
			-artifact_prefix=.build/fuzz/found- .build/fuzz/$$kind Tests/Fuzz/Corpus/$$kind 2>.build/fuzz/$$kind.log || \
			{ cat .build/fuzz/$$kind.log; exit 1; }; \
		sed -n "s/^stat::number_of_executed_units: */Fuzzed: $$kind, inputs: /p" .build/fuzz/$$kind.log; \
	done

proof: export FUNKHAUS_PROOF = 1
proof: build test-packages
	$(SWIFT) build --build-tests $(FLAGS)
	@$(call tell,$(HEARD) $(SWIFT) test --skip-build $(FLAGS))

bench: build bench-packages
	$(SWIFT) build -c release --product bench-door $(FLAGS)
	$(SWIFT) build -c release --product bench-plan $(FLAGS)
	/usr/bin/python3 Tests/Benchmarks/bench --programs .build/release $(if $(QUICK),--quick)

# The installed programs bring Swift's libraries along: a service may not depend on a toolchain in somebody's home.
install: build-packages
	$(SWIFT) build -c release --scratch-path .build-install --static-swift-stdlib --product funkhaus $(FLAGS)
	$(SWIFT) build -c release --scratch-path .build-install --static-swift-stdlib --product funkhaus-media $(FLAGS)
	install -D -s -m 755 .build-install/release/funkhaus $(DESTDIR)$(PREFIX)/bin/funkhaus
	install -D -s -m 755 .build-install/release/funkhaus-media $(DESTDIR)$(PREFIX)/libexec/funkhaus/funkhaus-media
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local|$(PREFIX)|' Config/funkhaus.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/funkhaus.service
	for place in $(COMPLETIONS); do \
		file=$(DESTDIR)$(PREFIX)/share/$${place#*:}; install -d $${file%/*} && \
		.build-install/release/funkhaus --generate-completion-script $${place%%:*} > $$file || exit 1; \
	done

# Each shell, and where it looks below the prefix's share.
COMPLETIONS := bash:bash-completion/completions/funkhaus zsh:zsh/site-functions/_funkhaus \
	fish:fish/vendor_completions.d/funkhaus.fish

build-packages:
	@$(call packages,$(BUILD_PACKAGES))

test-packages:
	@$(call packages,$(TEST_PACKAGES))

bench-packages:
	@$(call packages,$(BENCH_PACKAGES))

# Runs tests, and at the end says again what failed: thousands of lines hide it.
define tell
set -o pipefail; $(1) 2>&1 | tee .build/tests.log || { \
	echo 'What failed:'; \
	grep '^✘' .build/tests.log; \
	exit 1; \
}
endef

# Installs those of the given Debian packages that are missing; asks for a password only then.
define packages
missing=; for package in $(1); do \
	dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q ' installed$$' || missing="$$missing $$package"; \
done; \
[ -z "$$missing" ] || { \
	echo "Installing Debian packages:$$missing"; \
	[ "$$(id -u)" = 0 ] && root= || root=sudo; \
	$$root apt-get -o DPkg::Lock::Timeout=300 update && \
	$$root env DEBIAN_FRONTEND=noninteractive \
		apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $$missing; \
}
endef
