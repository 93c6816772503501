"""An app that signs people in through Doorward with Authlib."""

import logging
import os
import secrets

from flask import Flask, jsonify, request
from flask.sessions import SessionInterface, SessionMixin

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from serve import serve

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.basicConfig(level=logging.ERROR)
app = Flask(__name__)
oauth = OAuth(app)
own = ""


class Session(dict, SessionMixin):
    """What the app remembers of one browser.

    Authlib walks over all entries on every answer, and tabs side by side take theirs away
    meanwhile: what is gone by then is no fault of anybody's."""

    def __missing__(self, key):
        return {}

    def pop(self, key, default=None):
        return super().pop(key, default)


class InMemory(SessionInterface):
    """Sessions on the server, so that tabs side by side do not overwrite each other's cookie.

    Browsers share cookies between the ports of one host, hence a name of its own."""

    name = f"authlib_app_{os.getpid()}"
    sessions = {}

    def open_session(self, app, request):
        return self.sessions.get(request.cookies.get(self.name)) or Session()

    def save_session(self, app, session, response):
        if "id" not in session:
            session["id"] = secrets.token_urlsafe(16)
            self.sessions[session["id"]] = session
            response.set_cookie(self.name, session["id"], httponly=True, samesite="Lax")


app.session_interface = InMemory()


def configure(given, base):
    global own
    own = base
    oauth._registry.clear()
    oauth._clients.clear()
    oauth.register(
        "doorward",
        client_id=given["client_id"],
        client_secret=given["client_secret"],
        server_metadata_url=f"{given['issuer']}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile groups",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": given.get("token_auth", "client_secret_basic"),
        },
    )
    issuer = oauth.doorward.load_server_metadata()["issuer"]
    return {"redirect_uri": f"{base}/callback", "issuer": issuer}


@app.get("/")
def home():
    return jsonify(ready=True)


@app.get("/login")
def login():
    """Every parameter travels on to the authorization request."""
    return oauth.doorward.authorize_redirect(f"{own}/callback", **request.args.to_dict())


@app.get("/callback")
def callback():
    try:
        token = oauth.doorward.authorize_access_token()
    except OAuthError as error:
        return jsonify(error=error.error, error_description=error.description), 403
    userinfo = oauth.doorward.userinfo(token=token)
    kept = {name: token[name] for name in ("access_token", "id_token")}
    return jsonify(claims=token["userinfo"], userinfo=userinfo, tokens=kept)


if __name__ == "__main__":
    serve(app, configure)
