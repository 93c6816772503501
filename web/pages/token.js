// Moves the one-time token from the address into its field. A fragment is never sent to a
// server, so no proxy logs it; here it also leaves the address bar and the history entry.
// A second link opened in the same tab only changes the fragment: the page does not load anew.
(function () {
  function take() {
    var token = location.hash.slice(1);
    var field = document.getElementById("token");
    // A link of the page's own list of errors names a field; it is no token.
    if (token && field && !document.getElementById(token)) {
      field.value = token;
      // Beside what this browser has begun already.
      var folded = field.closest("details");
      if (folded) folded.open = true;
      history.replaceState(null, "", location.pathname + location.search);
    }
  }
  addEventListener("hashchange", take);
  take();
})();
