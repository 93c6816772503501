"""An upstream OpenID Provider: `idpyoidc`, independent of the Node one."""

import json
import logging

from flask import Flask, Response, request
from idpyoidc.message.oauth2 import ResponseMessage
from idpyoidc.message.oidc import AccessTokenRequest, AuthorizationRequest
from idpyoidc.server import Server
from idpyoidc.server.authz import AuthzHandling
from idpyoidc.server.exception import ClientAuthenticationError, FailedAuthentication
from idpyoidc.server.oidc.authorization import Authorization
from idpyoidc.server.oidc.provider_config import ProviderConfiguration
from idpyoidc.server.oidc.token import Token
from idpyoidc.server.oidc.userinfo import UserInfo as UserInfoEndpoint
from idpyoidc.server.user_authn.user import UserPassJinja2
from idpyoidc.server.user_info import UserInfo
from jinja2 import DictLoader, Environment

from people import PASSWORD, person
from serve import serve

logging.basicConfig(level=logging.WARNING)
app = Flask(__name__)
op = None

LOGIN = """<!doctype html><html lang="en"><title>{{ page_header }}</title><h1>{{ page_header }}</h1>
<form method="post" action="{{ action }}"><input type="hidden" name="token" value="{{ token }}">
<input name="username"><input type="password" name="password"><button>{{ submit_btn }}</button></form></html>"""


class Anybody:
    """A password table in which everybody has the same password."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return PASSWORD


class LoginPage(UserPassJinja2):
    """idpyoidc's password method with the page above instead of a folder of templates."""

    def __init__(self, template_handler=None, **settings):
        super().__init__(template_handler=self, **settings)
        self.pages = Environment(loader=DictLoader({"login": LOGIN}), autoescape=True)

    def render(self, template, **values):
        return self.pages.get_template(template).render(**values)


class Claims(UserInfo):
    """What is known of a user."""

    def __call__(self, user_id, client_id, user_info_claims=None, **_kwargs):
        who = person(user_id)
        known = {
            "email": who["email"],
            "email_verified": True,
            "given_name": who["given"],
            "family_name": who["family"],
            "name": who["full"],
            "groups": who["groups"],
        }
        return self.filter(known, user_info_claims)


def endpoints(ways):
    return {
        "provider_config": {
            "path": ".well-known/openid-configuration",
            "class": ProviderConfiguration,
            "kwargs": {"client_authn_method": None},
        },
        "authorization": {
            "path": "authorization",
            "class": Authorization,
            "kwargs": {
                "client_authn_method": None,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "form_post"],
            },
        },
        "token": {"path": "token", "class": Token, "kwargs": {"client_authn_method": ways}},
        "userinfo": {"path": "userinfo", "class": UserInfoEndpoint, "kwargs": {}},
    }


def settings(base, ways):
    mint = {"authorization_code": {"supports_minting": ["access_token", "id_token"], "max_usage": 1}}
    mint["access_token"] = {}
    return {
        "issuer": base,
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]},
        "preference": {"subject_types_supported": ["public"], "grant_types_supported": ["authorization_code"]},
        "endpoint": endpoints(ways),
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256", "essential": True},
            }
        },
        "authz": {"class": AuthzHandling, "kwargs": {"grant_config": {"usage_rules": mint, "expires_in": 3600}}},
        "authentication": {
            "user": {
                "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword",
                "class": LoginPage,
                "kwargs": {
                    "db": {"class": Anybody, "kwargs": {}},
                    "template": "login",
                    "verify_endpoint": "/verify",
                },
            }
        },
        "userinfo": {"class": Claims, "kwargs": {}},
        "scopes_to_claims": {
            "openid": ["sub"],
            "email": ["email", "email_verified"],
            "profile": ["name", "given_name", "family_name", "groups"],
        },
        "session_params": {"encrypter": {"kwargs": {"password": PASSWORD, "salt": "fixed for one run"}}},
        "token_handler_args": {
            "key_conf": {"key_defs": [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": "code"}]},
            "code": {"lifetime": 60},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {"lifetime": 300}},
        },
    }


def configure(given, base):
    global op
    # Only these ways, at the endpoint as in the discovery document.
    ways = given.get("token_auth", ["client_secret_basic", "client_secret_post"])
    op = Server(settings(base, ways))
    context = op.context
    context.provider_info["jwks_uri"] = f"{base}/static/jwks.json"
    del context.provider_info["jwks"]
    context.cdb[given["client_id"]] = {
        "client_id": given["client_id"],
        "client_secret": given["client_secret"],
        "redirect_uris": [(uri, {}) for uri in given["redirect_uris"]],
        "response_types_supported": ["code"],
        "token_endpoint_auth_method": ways[0],
        "allowed_scopes": ["openid", "email", "profile"],
    }
    context.keyjar.add_symmetric(given["client_id"], given["client_secret"])
    return {"issuer": op.issuer}


def answer(endpoint, asked, arguments):
    made = endpoint.do_response(request=asked, **arguments)
    where = made.get("response_placement", endpoint.response_placement)
    if where == "url":
        response = Response(status=303, headers={"Location": made["response"]})
    else:
        response = Response(made["response"], status=made.get("response_code", 200))
    for name, value in made["http_headers"]:
        response.headers[name] = value
    return response


def failure(error, status=400):
    body = {"error": "invalid_request", "error_description": str(error)}
    return Response(json.dumps(body), status=status, mimetype="application/json")


def run(name):
    endpoint = op.get_endpoint(name)
    about = {"headers": {key.lower(): value for key, value in request.headers.items()}, "method": request.method,
             "url": request.url, "cookie": []}
    given = (request.args if request.method == "GET" else request.form).to_dict()
    try:
        asked = endpoint.parse_request(given, http_info=about)
    except ClientAuthenticationError as error:
        return failure(error, 401)
    if isinstance(asked, ResponseMessage) and "error" in asked:
        return failure(asked.to_json())
    if name == "token":
        asked = AccessTokenRequest(**asked)
    arguments = endpoint.process_request(asked, http_info=about)
    if isinstance(arguments, ResponseMessage) and "error" in arguments:
        return failure(arguments.to_json())
    if "http_response" in arguments:
        return Response(arguments["http_response"], mimetype="text/html")
    return answer(endpoint, asked, arguments)


@app.post("/verify")
def verify():
    method = op.context.authn_broker.get_method_by_id("user")
    try:
        name = method.verify(**request.form.to_dict())
    except FailedAuthentication:
        return failure("wrong password", 403)
    asked = method.unpack_token(request.form["token"])
    wanted = AuthorizationRequest().from_urlencoded(asked["query"])
    endpoint = op.get_endpoint("authorization")
    session = endpoint.create_session(wanted, name, asked["authn_class_ref"], asked["iat"], method)
    return answer(endpoint, wanted, endpoint.authz_part2(request=wanted, session_id=session))


@app.get("/.well-known/openid-configuration")
def discovery():
    return run("provider_config")


@app.get("/static/jwks.json")
def jwks():
    return Response(op.context.keyjar.export_jwks_as_json(), mimetype="application/json")


app.add_url_rule("/authorization", "authorization", lambda: run("authorization"), methods=["GET", "POST"])
app.add_url_rule("/token", "token", lambda: run("token"), methods=["POST"])
app.add_url_rule("/userinfo", "userinfo", lambda: run("userinfo"), methods=["GET", "POST"])

if __name__ == "__main__":
    serve(app, configure)
