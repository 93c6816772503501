//! What is asked for: every list the console shows, as it asks for it.

use crate::server::Server;

/// The piece behind a hundred others: lists are read on from where they were left.
const DEEP: usize = 100;

/// Names and addresses.
pub fn asked(server: &Server) -> Vec<(&'static str, String)> {
    let mut asked: Vec<(&'static str, String)> =
        PLAIN.iter().map(|(name, path)| (*name, (*path).to_owned())).collect();
    for (name, path) in FAR {
        asked.push((name, far(server, path)));
    }
    let user = server.item("/users?organization=org000000&limit=1")["items"][0]["id"].clone();
    let user = user.as_str().unwrap();
    asked.push(("sessions of a person", format!("/sessions?user={user}&limit=50")));
    let of = format!("/attempts?organization=org000000&user={user}&limit=10");
    asked.push(("attempts of a person", of));
    asked.push(("attempt by reference", "/attempts?reference=0100-amber-otter-100".to_owned()));
    asked
}

/// The address of the piece behind many.
fn far(server: &Server, path: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    let mut at = path.to_owned();
    for _ in 0..DEEP {
        match server.item(&at)["next"].as_str() {
            Some(next) => at = format!("{path}{mark}after={next}"),
            None => break,
        }
    }
    at
}

const FAR: &[(&str, &str)] = &[
    ("organizations, far behind", "/organizations"),
    ("connections, far behind", "/connections"),
    ("people of the largest, far behind", "/users?organization=org000000"),
    ("people by name, far behind", "/users?organization=org000000&q=anna"),
    ("sessions, far behind", "/sessions"),
    ("sessions of the largest, far behind", "/sessions?organization=org000000"),
    ("attempts, far behind", "/attempts"),
    ("audit trail, far behind", "/audit-events?limit=200"),
    ("audit trail of the largest, far behind", "/audit-events?organization=org000000&limit=200"),
    ("owners, far behind", "/owners"),
];

const PLAIN: &[(&str, &str)] = &[
    ("organizations", "/organizations"),
    ("organizations for the switcher", "/organizations?limit=20"),
    ("organizations by name", "/organizations?limit=20&q=maple"),
    ("organizations by a name that one has", "/organizations?limit=20&q=company-9876"),
    ("organizations, search without a hit", "/organizations?limit=20&q=nobody%20at%20all"),
    ("connections", "/connections?limit=50"),
    ("connections of the largest", "/connections?organization=org000000&limit=20"),
    ("connections of the last", "/connections?organization=org009999&limit=20"),
    ("domains of one", "/organizations/org000000/domains"),
    ("people of all", "/users"),
    ("people of the largest", "/users?organization=org000000"),
    ("people of a small one", "/users?organization=org005000"),
    ("people of the largest by name", "/users?organization=org000000&q=mara%20novak"),
    ("people of the largest by address", "/users?organization=org000000&q=mara.novak.2"),
    ("people of the largest, one letter", "/users?organization=org000000&q=a"),
    ("people of the largest, search without a hit", "/users?organization=org000000&q=zzz"),
    ("people of all by address", "/users?q=greta.sato.12"),
    ("people of all, one letter", "/users?q=a"),
    ("people of all, search without a hit", "/users?q=zzz"),
    ("people of the largest, disabled", "/users?organization=org000000&state=disabled"),
    ("people of the largest, inactive", "/users?organization=org000000&state=inactive"),
    ("people of the largest, active", "/users?organization=org000000&state=active"),
    (
        "people of the largest, never signed in",
        "/users?organization=org000000&never_signed_in=true",
    ),
    (
        "people of the largest, inactive and never signed in",
        "/users?organization=org000000&state=inactive&never_signed_in=true",
    ),
    (
        "people of the largest by letter, disabled, never in",
        "/users?organization=org000000&q=a&state=disabled&never_signed_in=true",
    ),
    ("people of all who signed in, disabled", "/users?state=disabled&never_signed_in=false"),
    ("owners", "/owners?limit=200"),
    ("owners of the largest", "/owners?organization=org000000&limit=20"),
    ("owners of the last", "/owners?organization=org009999&limit=20"),
    ("notices", "/notices?open=true"),
    ("notices of one without", "/notices?open=true&organization=org009999"),
    ("sessions", "/sessions"),
    ("sessions of the largest", "/sessions?organization=org000000"),
    ("sessions of a small one", "/sessions?organization=org005000"),
    ("attempts", "/attempts"),
    ("attempts of the largest", "/attempts?organization=org000000"),
    ("attempts of a small one", "/attempts?organization=org005001"),
    ("attempts, refused", "/attempts?outcome=refused"),
    ("attempts, for a rare reason", "/attempts?code=user_disabled"),
    ("attempts through one connection", "/attempts?connection=con005001"),
    (
        "attempts of the largest, for a rare reason",
        "/attempts?organization=org000000&code=user_disabled",
    ),
    ("attempts, admitted, the first", "/attempts?outcome=admitted&limit=1"),
    ("activity of a day", "/activity"),
    ("activity of a day by connection", "/activity?by=connection&step_seconds=1800"),
    ("activity of 30 days", "/activity?step_seconds=86400&from=2026-10-25T00:00:00Z"),
    (
        "activity of the largest, 30 days",
        "/activity?organization=org000000&step_seconds=86400&from=2026-10-25T00:00:00Z",
    ),
    (
        "activity of a small one, 30 days",
        "/activity?organization=org005001&step_seconds=86400&from=2026-10-25T00:00:00Z",
    ),
    ("audit trail", "/audit-events?limit=200"),
    ("audit trail of the largest", "/audit-events?organization=org000000&limit=200"),
    ("audit trail of a small one", "/audit-events?organization=org005001&limit=200"),
    ("API tokens", "/tokens"),
    ("apps", "/apps"),
    ("tiles of one", "/organizations/org000000/tiles"),
    ("roles of one", "/organizations/org000000/roles"),
    ("invitations of the largest", "/organizations/org000000/invitations"),
    ("questions of the largest", "/organizations/org000000/relinks"),
    ("enforcement of the largest", "/organizations/org000000/enforcement"),
    ("enforcement of a small one", "/organizations/org005001/enforcement"),
];
