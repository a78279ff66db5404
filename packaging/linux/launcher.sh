#!/bin/sh
# Starts MTP Race with the Python that comes with it. Libraries of the system come first; those that this package
# carries are used only where the system lacks one that the window needs.
here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$here")
gui="$root/python/lib/python3/dist-packages/PySide6"
if ldd "$gui/Qt/plugins/platforms/libqxcb.so" "$gui/QtGui.abi3.so" "$root/python/bin/python3.11" 2>/dev/null | grep -q "not found"; then
    LD_LIBRARY_PATH="$root/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    export LD_LIBRARY_PATH
fi
[ -d /usr/share/X11/xkb ] || export XKB_CONFIG_ROOT="$root/share/X11/xkb"
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$root/share/fonts-config"
unset PYTHONHOME PYTHONPATH
exec "$root/python/bin/python3.11" -P -s -m app "$@"
