"""An upstream SAML identity provider: pysaml2's, which signs with Debian's xmlsec1."""

import html
import logging
import subprocess
import tempfile
from pathlib import Path

from flask import Flask, Response, request
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORD as BY_PASSWORD
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_BASIC, NAMEID_FORMAT_EMAILADDRESS, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from people import PASSWORD, person
from serve import serve

logging.basicConfig(level=logging.ERROR)
app = Flask(__name__)
folder = Path(tempfile.mkdtemp(prefix="doorward-pysaml2-"))
idp = None
metadata = ""

PAGE = """<!doctype html><html lang="en"><title>Sign in at the IdP</title><h1>Sign in at the IdP</h1>
<form method="post" action="/login">{hidden}<input name="username"><input type="password" name="password">
<button>Sign in</button></form></html>"""


def credentials(number):
    """The key of this number and its certificate, made now, so that nothing in the tests ages."""
    key, cert = folder / f"key{number}.pem", folder / f"cert{number}.pem"
    if not key.exists():
        asked = "openssl req -x509 -newkey rsa:2048 -nodes -days 60 -subj /CN=pysaml2".split()
        subprocess.run([*asked, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return str(key), str(cert)


def configure(given, base):
    global idp, metadata
    # Signs with the key of one number; the metadata may announce that of another one, too.
    key, cert = credentials(given.get("key", 1))
    announced = [credentials(number)[1] for number in given.get("announced_keys", [])]
    config = {
        "entityid": f"{base}/metadata",
        "key_file": key,
        "cert_file": cert,
        "additional_cert_files": announced,
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [
                        (f"{base}/sso/redirect", BINDING_HTTP_REDIRECT),
                        (f"{base}/sso/post", BINDING_HTTP_POST),
                    ]
                },
                "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_BASIC}},
            }
        },
    }
    if "sp_metadata" in given:
        known = folder / "sp.xml"
        known.write_text(given["sp_metadata"])
        config["metadata"] = {"local": [str(known)]}
    settings = IdPConfig().load(config)
    idp = Server(config=settings)
    idp.answers = {
        "sign_response": given.get("sign_response", False),
        "sign_assertion": given.get("sign_assertion", True),
        # Left alone, pysaml2 signs with SHA-1.
        "sign_alg": given.get("sign_alg", SIG_RSA_SHA256),
        "digest_alg": given.get("digest_alg", DIGEST_SHA256),
    }
    metadata = str(entity_descriptor(settings))
    return {"entity_id": config["entityid"], "metadata_xml": metadata, "metadata_url": f"{base}/metadata"}


@app.get("/metadata")
def show_metadata():
    return Response(metadata, mimetype="text/xml")


def login_page(binding, fields):
    kept = {"binding": binding, "SAMLRequest": fields["SAMLRequest"], "RelayState": fields.get("RelayState", "")}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(text)}">' for name, text in kept.items())
    return PAGE.format(hidden=hidden)


@app.get("/sso/redirect")
def by_redirect():
    idp.parse_authn_request(request.args["SAMLRequest"], BINDING_HTTP_REDIRECT)
    return login_page(BINDING_HTTP_REDIRECT, request.args)


@app.post("/sso/post")
def by_post():
    idp.parse_authn_request(request.form["SAMLRequest"], BINDING_HTTP_POST)
    return login_page(BINDING_HTTP_POST, request.form)


@app.post("/login")
def login():
    if request.form["password"] != PASSWORD:
        return Response("wrong password", status=403)
    asked = idp.parse_authn_request(request.form["SAMLRequest"], request.form["binding"])
    where = idp.response_args(asked.message)
    who = person(request.form["username"])
    answer = idp.create_authn_response(
        identity={
            "email": who["email"],
            "firstName": who["given"],
            "lastName": who["family"],
            "displayName": who["full"],
            "groups": who["groups"],
        },
        userid=request.form["username"],
        name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=who["email"]),
        authn={"class_ref": BY_PASSWORD, "authn_auth": idp.config.entityid},
        **idp.answers,
        **{name: where[name] for name in ("in_response_to", "destination", "sp_entity_id", "name_id_policy") if name in where},
    )
    page = idp.apply_binding(
        BINDING_HTTP_POST, str(answer), where["destination"], request.form["RelayState"], response=True
    )
    return Response(page["data"], mimetype="text/html")


if __name__ == "__main__":
    serve(app, configure)
