"""What every Python peer shares: a loopback server on a free port that says where it is on
its first line, takes its settings by POST /configure, and ends when its parent goes away."""

import json
import os
import sys
import threading

from flask import jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    """Does not log each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_args, **_kwargs):
        pass


def _end_with_parent():
    sys.stdin.read()
    os._exit(0)


def serve(app, configure):
    """Serves `app`; `configure(settings, base)` runs once per POST /configure."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    base = f"http://{os.environ.get('PEER_HOST', '127.0.0.1')}:{server.server_port}"

    @app.post("/configure")
    def _configure():
        return jsonify(configure(request.get_json(), base) or {})

    app.add_url_rule("/favicon.ico", "favicon", lambda: ("", 204))

    print(json.dumps({"base": base}), flush=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    server.serve_forever()
