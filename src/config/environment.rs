//! Which variables of the environment may bear our name. One that is misspelt would be an
//! option that was told and not heard, so it stops the start.

use super::{ConfigError, Flags, Surroundings, variable};
use crate::model::spelling::nearest;

const OURS: &str = "DOORWARD_";
/// What our own tests, benchmarks and scripts read.
const TOOLS: [&str; 4] = ["BIN", "CACHE", "CHROMIUM", "PEERS_PYTHON"];

/// Refuses a variable that means nothing here, with the name that was likely meant.
pub(super) fn check(surroundings: &dyn Surroundings) -> Result<(), ConfigError> {
    let known = known();
    let mut unknown: Vec<String> = surroundings
        .names()
        .into_iter()
        .filter(|name| name.starts_with(OURS) && !known.contains(name))
        .filter(|name| !of_tools(name) && !of_a_cluster(name, surroundings))
        .collect();
    unknown.sort_unstable();
    let Some(name) = unknown.first() else { return Ok(()) };
    let shown: String = name.chars().take(80).collect();
    Err(ConfigError(match nearest(&shown.to_ascii_uppercase(), known.iter().map(String::as_str)) {
        Some(meant) => format!("{shown}: there is no such option: did you mean {meant}?"),
        None => format!(
            "{shown}: there is no such option: remove it from the environment, or see `doorward help serve` for those there are"
        ),
    }))
}

fn known() -> Vec<String> {
    let options = Flags::default().values().into_iter().map(|(name, _)| name);
    options.chain(["config", "key"]).map(variable).collect()
}

fn of_tools(name: &str) -> bool {
    name.strip_prefix(OURS).is_some_and(|rest| TOOLS.contains(&rest))
}

/// Kubernetes tells every container of the services around it: of one named `doorward` by
/// `DOORWARD_SERVICE_HOST`, `DOORWARD_SERVICE_PORT`, `DOORWARD_PORT` and
/// `DOORWARD_PORT_8080_TCP`, of one named `doorward-web` by `DOORWARD_WEB_SERVICE_HOST`, ...
fn of_a_cluster(name: &str, surroundings: &dyn Surroundings) -> bool {
    let is_address = || {
        let value = surroundings.variable(name).unwrap_or_default();
        ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.rsplit_once("_PORT_").is_some_and(|(_, rest)| is_numbered(rest))
        || (name.ends_with("_PORT") && is_address())
}

/// `8080_TCP` and `8080_TCP_ADDR`, `_PORT` and `_PROTO`.
fn is_numbered(rest: &str) -> bool {
    let parts: Vec<_> = rest.split('_').collect();
    let (number, detail) = match parts[..] {
        [number, "TCP" | "UDP" | "SCTP"] => (number, ""),
        [number, "TCP" | "UDP" | "SCTP", detail] => (number, detail),
        _ => return false,
    };
    number.parse::<u16>().is_ok() && ["", "ADDR", "PORT", "PROTO"].contains(&detail)
}
