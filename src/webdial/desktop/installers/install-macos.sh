#!/bin/sh
# NOT TRIED ON A MAC YET. Please tell us what you find.
# Installs Webdial's desktop helper for the user who runs this, without administrator's rights:
#     sh install-macos.sh CODE     with the code that My account | Computers shows
#     sh install-macos.sh          when this computer is paired already: the newest helper
#     sh install-macos.sh --remove takes everything away again
set -eu
folder="$HOME/Library/Application Support/webdial-desktop"
helper="$folder/webdial-desktop.pyz"
agent="$HOME/Library/LaunchAgents/org.webdial.desktop.plist"
if [ "${1:-}" = --remove ]; then
    if [ -f "$agent" ]; then launchctl unload "$agent"; fi
    if [ -f "$helper" ]; then python3 "$helper" unregister; fi
    rm -rf "$folder"
    echo "Webdial is gone from this computer. Revoke it under My account | Computers."
    exit 0
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is missing. Install it from python.org first." >&2
    exit 1
}
mkdir -p "$folder"
base64 -D > "$helper.new" <<'END'
@HELPER@
END
mv "$helper.new" "$helper"
if [ -n "${1:-}" ]; then python3 "$helper" pair "$1"; fi
python3 "$helper" register
launchctl load "$agent"
python3 "$helper" status
