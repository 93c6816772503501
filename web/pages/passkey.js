// Hands what the page asks on to a passkey, and its answer back in the page's form: at once,
// and again whenever the button is pressed. Bytes travel as base64url.
(function () {
  var form = document.getElementById("ceremony");
  var problem = document.getElementById("problem");
  var adding = form.dataset.adding === "true";
  var busy = false;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function options() {
    var asked = JSON.parse(form.dataset.options);
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    (asked.allowCredentials || asked.excludeCredentials).forEach(function (each) {
      each.id = bytes(each.id);
      // Nothing said is better than an empty list: the browser then tries every way.
      if (!each.transports.length) delete each.transports;
    });
    return { publicKey: asked };
  }
  function answer(made) {
    var from = made.response;
    var response = { clientDataJSON: text(from.clientDataJSON) };
    if (adding) {
      response.attestationObject = text(from.attestationObject);
      response.transports = from.getTransports ? from.getTransports() : [];
    } else {
      response.authenticatorData = text(from.authenticatorData);
      response.signature = text(from.signature);
      response.userHandle = from.userHandle ? text(from.userHandle) : null;
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: response });
  }
  function say(what) {
    problem.textContent = problem.dataset[what];
  }
  function ask() {
    if (busy) return;
    if (!window.PublicKeyCredential) return say("unknown");
    busy = true;
    problem.textContent = "";
    var wish = adding ? navigator.credentials.create(options()) : navigator.credentials.get(options());
    wish.then(function (made) {
      document.getElementById("passkey").value = answer(made);
      form.submit();
    }).catch(function (error) {
      busy = false;
      say(error.name === "InvalidStateError" ? "had" : "failed");
    });
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    ask();
  });
  ask();
})();
