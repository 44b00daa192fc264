"""A phone system that wants a log-in, and gives another token for each: whose was used for whose call is seen."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import parse_qs

FILE: Final = """
title = "Vault"
vendor = "Nobody"
about = "A phone system of the tests"
kind = "pbx"
confidence = "own"
sources = ["https://pbx.example/manual"]
notes = []
unknown = []
sent_from = "server"
rings_first = "caller"

[number]
format = "as dialled"

[fields.port]
label = "Port"
kind = "port"

[secrets.site_key]
label = "Key of the site"

[secrets.password]
label = "Password"
of = "user"

[secrets.pin]
label = "PIN of the phone"
of = "phone"

[log_in]
lasts_s = 600

[[log_in.steps]]
request = '{POST}http://127.0.0.1:{port}/login<&>password={password}<&>key={site_key}'
take = { token = "json token" }

[dial]
request = '{POST}{BEARER {token}}http://127.0.0.1:{port}/dial<&>to=#<&>pin={pin}'
success = "status = 2xx"
"""


class _Handler(BaseHTTPRequestHandler):
    server: "LogInSystem"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        answer = json.dumps(
            {"token": f"token of {form['password']}"} if self.path == "/login" else {}
        )
        if self.path == "/login":
            self.server.log_ins.append(form)
        else:
            self.server.calls.append({**form, "by": self.headers["Authorization"]})
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def do_GET(self) -> None:
        self.server.got.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


class LogInSystem(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.log_ins: list[dict[str, str]] = []
        self.calls: list[dict[str, str]] = []
        """With which token each came, in `by`."""
        self.got: list[str] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
