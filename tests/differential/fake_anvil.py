"""A program that looks like anvil over JSON-RPC: notes the calls, answers by a table.

    python fake_anvil.py FOLDER [OPTIONS of anvil]

`FOLDER/answers.json` has the results by method and first parameters, the longest that
is there; else the result is null. `FOLDER/mode` says how it fails, if it does.
"""

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1])
MODE = (FOLDER / "mode").read_text()
ANSWERS = json.loads((FOLDER / "answers.json").read_text())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        method, params = request["method"], request["params"]
        with (FOLDER / "calls").open("a") as calls:
            calls.write(json.dumps([method, *params]) + "\n")
        content = json.dumps(self.answer(request["id"], method, params)).encode()
        if method == "evm_mine":
            if MODE == "dies":
                os.write(2, b"thread panicked\n")
                os._exit(101)
            if MODE == "hangs":
                time.sleep(600)
            if MODE == "html":
                content = b"<html>502</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer(self, name, method, params):
        head = {"jsonrpc": "2.0", "id": 0 if MODE == "other id" else name}
        names = [
            " ".join([method, *map(str, params[:length])])
            for length in range(len(params), -1, -1)
        ]
        found = next((ANSWERS[key] for key in names if key in ANSWERS), None)
        if isinstance(found, dict) and "refuse" in found:
            return {**head, "error": {"message": found["refuse"]}}
        return {**head, "result": found}

    def log_message(self, *_):
        pass


def main():
    (FOLDER / "arguments").write_text(json.dumps(sys.argv[2:]))
    (FOLDER / "pid").write_text(str(os.getpid()))
    if MODE == "exits":
        os.write(2, b"error: unexpected argument\n\n")
        sys.exit(2)
    if MODE == "silent":
        time.sleep(600)
    subprocess.Popen(["sleep", "600"])  # dies with its group only
    port = int(sys.argv[sys.argv.index("--port") + 1])
    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
