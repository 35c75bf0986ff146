#!/bin/sh
# Installs the system programs that some tests need, where it may. Does nothing when all are there.
# Exit 0: present, installed, or not installable here (said why; tests that need them are then skipped).
# Exit 1: still missing although CI=true.
set -u

# One a line: Debian package, then a command that succeeds when what the tests need of it is there.
NEEDS='
libreoffice-writer   has_part swlo
libreoffice-calc     has_part sclo
python3-uno          /usr/bin/python3 -c "import uno"
poppler-utils        command -v pdftoppm
postgresql           ls /usr/lib/postgresql/*/bin/initdb || command -v initdb
fonts-liberation2    fc-list "Liberation Serif:charset=1ed5" | grep -q .  # version 1 has no Vietnamese letters
'

has_part() {
    office=$(command -v soffice) || return 1
    [ "$(uname -s)" != Linux ] || ls "$(dirname "$(readlink -f "$office")")"/lib$1.so
}

missing() {
    printf '%s\n' "$NEEDS" | while read -r package check; do
        [ -z "$package" ] || (eval "$check") >/dev/null 2>&1 || printf '%s ' "$package"
    done
}

give_up() {
    printf 'system: not installed: %s(%s)\n' "$packages" "$1" >&2
    [ "${CI:-}" = true ] && exit 1
    echo 'system: tests that need them will be skipped' >&2
    exit 0
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# shellcheck disable=SC2086  # $packages: one word a package
install() {
    as_root apt-get -q update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
            install --no-install-recommends $packages
}

packages=$(missing)
[ -n "$packages" ] || exit 0

command -v apt-get >/dev/null 2>&1 || give_up 'no apt-get here: install them by hand'
as_root true 2>/dev/null || give_up 'neither root nor passwordless sudo'

printf 'system: installing %s\n' "$packages"
install || { echo 'system: trying once more' >&2; sleep 5; install; } || give_up 'apt-get failed, see above'

packages=$(missing)
[ -z "$packages" ] || give_up 'apt-get succeeded, but they are still not found'
