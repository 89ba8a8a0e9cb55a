# shellcheck shell=bash
# Functions that bring the sources of a suite to target/suites ($to), from the package registries only. Sourced by
# run, in a process that ends at the first error.

# once NAME VERSION COMMAND...: runs the command in a new folder $to/NAME, unless it succeeded before for the same version.
once() {
    local folder=$to/$1 version=$2
    [[ ! -e $folder/.complete || $(<"$folder/.complete") != "$version" ]] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    "${@:3}"
    printf '%s' "$version" >"$folder/.complete"
}

# from_pypi REQUIREMENT SHA256: unpacks a source distribution into the folder `source`.
from_pypi() {
    python3 -m pip download --quiet --no-deps --no-binary :all: --dest . "$1"
    local tarball
    tarball=$(find . -maxdepth 1 -name '*.tar.gz')
    echo "$2  $tarball" | sha256sum --check --quiet
    unpack "$tarball"
}

# from_debian PACKAGE=VERSION SUITE SHA256: unpacks the original source of a Debian package into the folder `source`.
from_debian() {
    local package=${1%%=*} apt=$to/apt
    prepare_apt "$apt"
    apt-get "${apt_options[@]}" -qq source --download-only "$1"
    local tarball
    tarball=$(find . -maxdepth 1 -name "${package}_*.orig.tar.*" | head -n 1)
    echo "$2  $tarball" | sha256sum --check --quiet
    unpack "$tarball"
}

unpack() { # TARBALL
    mkdir source
    tar -xf "$1" -C source --strip-components=1
}

# A configuration of apt that is not the machine's, with the sources of two Debian releases from the machine's own mirrors.
prepare_apt() { # FOLDER
    local apt=$1 mirror security key=/usr/share/keyrings/debian-archive-keyring.gpg
    apt_options=(
        -o "Dir::Etc::sourcelist=$apt/etc/sources.list" -o "Dir::Etc::sourceparts=$apt/etc/none" -o "Dir::Etc::preferencesparts=$apt/etc/none"
        -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=
    )
    [[ ! -e $apt/ready ]] || return 0
    mirror=$(apt_sites | grep -m 1 '/debian/*$' || echo http://deb.debian.org/debian)
    security=$(apt_sites | grep -m 1 security || echo http://deb.debian.org/debian-security)
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc/none}
    printf 'deb-src [signed-by=%s] %s main\n' "$key" "$mirror bookworm" "$key" "$security bookworm-security" "$key" "$mirror trixie" \
        >"$apt/etc/sources.list"
    : >"$apt/status"
    apt-get "${apt_options[@]}" -qq update
    touch "$apt/ready"
}

apt_sites() {
    # shellcheck disable=SC2016  # apt's variable
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages'
}
