#!/bin/sh
# Tries both packages as a user of a bare system would: a new Debian root without Python, compiler and network.
#   packaging/linux/try_clean.sh SUITE FOLDER_WITH_PACKAGES      (as root; needs debootstrap, Xvfb, xdotool, openbox)
# In the root: installs the .deb, clicks Race in the window, races and exports in the terminal, runs programs in the
# sandbox, removes the package; then unpacks the tarball and does it again. Prints what was found and ends with 1 if
# something did not work.
set -eu
suite=$1
packages=$(readlink -f "$2")
root=$(mktemp -d)
display=:77
failed=0
trap 'kill $screen $manager 2>/dev/null || true; umount "$root/proc" "$root/tmp/.X11-unix" 2>/dev/null || true; rm -rf "$root"' EXIT
Xvfb $display -screen 0 1440x900x24 >/dev/null 2>&1 & screen=$!
sleep 1
DISPLAY=$display openbox >/dev/null 2>&1 & manager=$!

debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" >"$packages/debootstrap-$suite.log" 2>&1
mkdir -p "$root/tmp/.X11-unix" "$root/home/user"
mount -t proc proc "$root/proc"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
cp "$packages"/mtp-race_*.deb "$packages"/mtp-race-*-linux-x86_64.tar.gz "$root/tmp/"
echo "$suite: python3: $(chroot "$root" sh -c 'command -v python3 || echo none'), compiler: $(chroot "$root" sh -c 'command -v cc || echo none')"

inside() { unshare --net chroot "$root" env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/home/user LANG=C.UTF-8 DISPLAY=$display "$@"; }
check() { name=$1; shift; if "$@" >"$packages/last.log" 2>&1; then echo "  ok    $name"; else echo "  FAILS $name"; tail -5 "$packages/last.log"; failed=1; fi; }

race_by_click() {
    inside "$1" >"$packages/window.log" 2>&1 & app=$!
    window=$(DISPLAY=$display timeout 60 xdotool search --sync --onlyvisible --name "MTP Race" | tail -n 1)
    DISPLAY=$display xdotool windowactivate --sync "$window" key ctrl+Return
    before=$(ls "$root/home/user/.local/share/mtp-race/races" 2>/dev/null | wc -l)
    for _ in $(seq 120); do
        if grep -qs '"digest"' "$root"/home/user/.local/share/mtp-race/races/*.ndjson; then break; fi
        sleep 1
    done
    DISPLAY=$display import -window root "$packages/window-$suite.png" || true
    DISPLAY=$display xdotool windowquit "$window" || true
    wait $app || true
    grep -qs '"digest"' "$root"/home/user/.local/share/mtp-race/races/*.ndjson
}

walk() {
    check "version" inside "$1" --version
    check "doctor" inside "$1" doctor
    check "a race by a click in the window" race_by_click "$1"
    check "a race in the terminal" inside "$1" run --prompt code --max-tokens 120 --trace /home/user/t.ndjson --json
    check "a film" inside "$1" export /home/user/t.ndjson --to /home/user/t.mp4 --size 640x360
    check "programs in the sandbox" inside "$1" verify /home/user/t.ndjson
    check "a sweep" inside "$1" sweep --prompts haiku --k 2,3 --budget 20s --json
    rm -rf "$root/home/user/.local"
}

echo "$suite, .deb"
check "install without a network" inside dpkg -i "/tmp/$(basename "$packages"/mtp-race_*.deb)"
walk /usr/bin/mtp-race
check "remove" inside dpkg -r mtp-race
check "nothing is left but the user's files" sh -c "! find '$root/opt' '$root/usr/share' -name '*mtp-race*' | grep ."
echo "$suite, tarball"
check "unpack" inside sh -c 'cd /home/user && tar xf /tmp/mtp-race-*-linux-x86_64.tar.gz'
walk "/home/user/$(cd "$root/home/user" && ls -d mtp-race-*)/bin/mtp-race"
exit $failed
