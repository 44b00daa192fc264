# Runs on the machine, as root. Each line that it prints is a name, a tab and what was found.
cd /
told() { printf '%s\t%s\n' "$1" "$2"; }
shown() { systemctl show webdial --property "$1" --value; }
# As the how-to gives commands; --pipe for --pty, since nobody types here.
webdial() {
  systemd-run --pipe --quiet --uid webdial --property EnvironmentFile=/etc/webdial/webdial.env --setenv WEBDIAL_DATA=/var/lib/webdial \
    /opt/webdial/bin/webdial "$@"
}
ready() { curl -sS http://127.0.0.1:8000/readyz | grep -o '"ready":[a-z]*'; }
another_than() { for _ in $(seq 300); do [ "$(shown MainPID)" != "$1" ] && [ "$(shown ActiveState)" = active ] && return; sleep 0.2; done; }
called() {
  curl -sS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "{\"number\": \"$1\"}" \
    http://127.0.0.1:8000/api/v1/calls | grep -o '"outcome":"[a-z_]*"'
}

ldconfig
ip link set lo up
useradd --system --home-dir /var/lib/webdial --shell /usr/sbin/nologin webdial
install -D -m 0640 -g webdial /dev/null /etc/webdial/webdial.env
/opt/python/bin/python3 -c '
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"OK")
HTTPServer(("127.0.0.1", 9999), Answering).serve_forever()' &

systemctl daemon-reload
systemctl start webdial
told started "$?"
told ready "$(ready)"
webdial user add bob --name Bob --extension 201 >&2
webdial setting set "Use Web Phone Dialling Mechanism" "http://127.0.0.1:9999/dial?from=^&to=#" >&2
token=$(webdial token create bob | tail -1)
sleep 1.5
told called "$(called '0161 496 0001')"

first=$(shown MainPID)
told user "$(stat -c %U /proc/$first)"
for name in CapEff CapBnd NoNewPrivs Seccomp; do told "$name" "$(grep "^$name:" /proc/$first/status | cut -f2)"; done
told exposure "$(systemd-analyze security webdial --no-pager | grep -o 'level for webdial.service: [0-9.]*' | grep -o '[0-9.]*$')"
told folder "$(stat -c '%U %a' /var/lib/webdial)"
told database "$(stat -c '%U %a' /var/lib/webdial/webdial.sqlite3)"
told backup "$(webdial backup /var/lib/webdial/backup.tar.gz >&2; echo $?)"

kill -9 "$first"
another_than "$first"
told again_after_kill "$(ready)"
second=$(shown MainPID)
told called_after_kill "$(called '0161 496 0002')"

kill -STOP "$second"
another_than "$second"
told again_after_silence "$(ready)"
told called_after_silence "$(called '0161 496 0003')"

systemctl stop webdial
told stopped "$(shown Result) $(shown ExecMainStatus)"
told record "$(webdial audit verify | tail -1)"
