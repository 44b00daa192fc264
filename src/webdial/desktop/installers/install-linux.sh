#!/bin/sh
# Installs Webdial's desktop helper for the user who runs this, without administrator's rights:
#     sh install-linux.sh CODE     with the code that My account | Computers shows
#     sh install-linux.sh          when this computer is paired already: the newest helper
#     sh install-linux.sh --remove takes everything away again
set -eu
folder="${XDG_DATA_HOME:-$HOME/.local/share}/webdial-desktop"
helper="$folder/webdial-desktop.pyz"
if [ "${1:-}" = --remove ]; then
    if [ -f "$helper" ]; then python3 "$helper" unregister; fi
    running="${XDG_CONFIG_HOME:-$HOME/.config}/webdial-desktop/running"
    if [ -f "$running" ]; then kill "$(cat "$running")" 2> /dev/null || true; fi
    rm -rf "$folder" "${XDG_CONFIG_HOME:-$HOME/.config}/webdial-desktop"
    echo "Webdial is gone from this computer. Revoke it under My account | Computers."
    exit 0
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is missing. Install it first." >&2
    exit 1
}
mkdir -p "$folder"
base64 -d > "$helper.new" <<'END'
@HELPER@
END
mv "$helper.new" "$helper"
if [ -n "${1:-}" ]; then python3 "$helper" pair "$1"; fi
python3 "$helper" register || echo "Calls that start on this computer are started all the same." >&2
# Another start of the session is not needed.
nohup python3 "$helper" run > "$folder/log" 2>&1 &
python3 "$helper" status
