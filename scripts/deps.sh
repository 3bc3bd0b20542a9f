#!/usr/bin/env bash
# Installs the programs that the tests start, through the system's package
# manager. Does nothing, and needs no network, when they are there.
#
#   scripts/deps.sh           install what is missing
#   scripts/deps.sh --check   only say what is missing; exit status 1 if anything is
set -euo pipefail

# One line a program: command, why the tests need it, then the packages that
# bring it with apt-get, dnf, apk, pacman and brew. "a|b" is tried left to right:
# some systems replaced Redis by Valkey, which brings a redis-server too. To add
# a program, add a line.
programs() {
	cat <<-'LIST'
		gcc;          the race detector links with C;           gcc libc6-dev; gcc glibc-devel;           gcc musl-dev; gcc;          gcc
		redis-server; the session tests talk to a real Redis;   redis-server;  redis|valkey-compat-redis; redis|valkey; redis|valkey; redis
		chromium;     the demo's page is tested in a browser;   chromium|chromium-browser; chromium;      chromium;     chromium;     --cask chromium
		exiftool;     looks for what is left in scrubbed files; libimage-exiftool-perl libarchive-zip-perl; perl-Image-ExifTool perl-Archive-Zip; exiftool perl-archive-zip; perl-image-exiftool perl-archive-zip; exiftool
		ffmpeg;       makes films and sounds, and plays them;   ffmpeg;        ffmpeg|ffmpeg-free;    ffmpeg;       ffmpeg;       ffmpeg
		zbarimg;      reads the QR codes of posters;           zbar-tools;    zbar;                  zbar;         zbar;         zbar
		pdftotext;    reads PDF;                                poppler-utils; poppler-utils;         poppler-utils; poppler;     poppler
		qpdf;         looks into PDF;                           qpdf;          qpdf;                  qpdf;         qpdf;         qpdf
		soffice;      makes and reads documents;                libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui fonts-dejavu-core; libreoffice-writer libreoffice-calc libreoffice-impress; libreoffice-writer libreoffice-calc libreoffice-impress font-dejavu; libreoffice-fresh ttf-dejavu; --cask libreoffice
		heif-enc;     makes and reads HEIC pictures;            libheif-examples libheif-plugin-x265 libheif-plugin-libde265|libheif-examples; libheif-tools; libheif-tools; libheif; libheif
		avifenc;      makes and reads AVIF pictures;            libavif-bin;   libavif-tools;         libavif-apps; libavif;      libavif
		cwebp;        makes and reads WebP pictures;            webp;          libwebp-tools;         libwebp-tools; libwebp;     webp
		tiffcp;       makes and reads TIFF pictures;            libtiff-tools; libtiff-tools;         tiff-tools;   libtiff;      libtiff
		mat2;         the benchmark has it do what we do;       mat2;          mat2;                  mat2;         mat2;         mat2
	LIST
}

trim() {
	local s=$1
	s=${s#"${s%%[![:space:]]*}"}
	printf '%s' "${s%"${s##*[![:space:]]}"}"
}

# present says whether a program of the list is installed.
present() {
	case $1 in
	gcc) # any C compiler that Go would use will do
		local cc
		cc=$(go env CC 2>/dev/null || true)
		command -v "${cc%% *}" >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1
		;;
	chromium) # any of its family will do
		local name
		for name in chromium chromium-browser google-chrome chrome; do
			command -v "$name" >/dev/null 2>&1 && return
		done
		return 1
		;;
	exiftool) # without this module it does not look into documents
		command -v exiftool >/dev/null 2>&1 && perl -MArchive::Zip -e 1 2>/dev/null
		;;
	*)
		command -v "$1" >/dev/null 2>&1
		;;
	esac
}

manager=
for m in apt-get dnf apk pacman brew; do
	if command -v "$m" >/dev/null 2>&1; then
		manager=$m
		break
	fi
done

# as_root runs a command with the rights that installing needs. Homebrew wants
# none, and refuses to run as root.
as_root() {
	if [ "$(id -u)" -eq 0 ] || [ "$manager" = brew ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	elif command -v doas >/dev/null 2>&1; then
		doas "$@"
	else
		echo "deps: not root, and neither sudo nor doas is here: cannot run: $*" >&2
		return 1
	fi
}

refreshed=
install() {
	case $manager in
	apt-get)
		if [ -z "$refreshed" ]; then
			# One unreachable source is no reason to stop: the install tells.
			as_root apt-get update -q || true
			refreshed=yes
		fi
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
		;;
	dnf) as_root dnf install -q -y "$@" ;;
	apk) as_root apk add --no-progress "$@" ;;
	pacman) as_root pacman -S --needed --noconfirm "$@" ;;
	brew) brew install "$@" ;;
	esac
}

missing=0
while IFS=';' read -r -u 3 command why apt dnf apk pacman brew; do
	command=$(trim "$command")
	why=$(trim "$why")
	if present "$command"; then
		continue
	fi
	if [ "${1:-}" = --check ]; then
		echo "deps: $command is missing: $why"
		missing=1
		continue
	fi
	case $manager in
	apt-get) packages=$apt ;;
	dnf) packages=$dnf ;;
	apk) packages=$apk ;;
	pacman) packages=$pacman ;;
	brew) packages=$brew ;;
	*)
		echo "deps: $command is missing ($why), and no package manager known here" >&2
		echo "deps: (apt-get, dnf, apk, pacman, brew) was found. Please install it by hand." >&2
		missing=1
		continue
		;;
	esac
	IFS='|' read -ra alternatives <<<"$(trim "$packages")"
	for alternative in "${alternatives[@]}"; do
		echo "deps: installing $alternative with $manager: $why"
		# shellcheck disable=SC2086 # an alternative may be several packages
		install $alternative || continue
		hash -r
		present "$command" && break
	done
	if ! present "$command"; then
		echo "deps: $command is still missing: $why" >&2
		missing=1
	fi
done 3<<<"$(programs)" # not on stdin: the package manager would read it
exit "$missing"
