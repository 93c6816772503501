//! Which variables of the environment may bear our name. One that is misspelt would be an
//! option that was told and not heard, so it stops the start.

use super::{ConfigError, Flags, Surroundings, variable};

const OURS: &str = "DOORWARD_";
/// What our own tests, benchmarks and scripts read.
const TOOLS: [&str; 4] = ["BIN", "CACHE", "CHROMIUM", "PEERS_PYTHON"];
/// A name as far from what was written as this is no guess any more.
const FAR: usize = 4;

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
    let capitals = shown.to_ascii_uppercase();
    let nearest = known.iter().map(|known| (distance(&capitals, known), known)).min();
    Err(ConfigError(match nearest {
        Some((far, meant)) if far < FAR => {
            format!("{shown}: there is no such option: did you mean {meant}?")
        }
        _ => format!(
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

/// How many letters have to be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut before = line;
        let mut left = line + 1;
        for (other, above) in to.iter().zip(row.iter_mut().skip(1)) {
            let changed = before + usize::from(*other != letter);
            before = *above;
            left = changed.min(*above + 1).min(left + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_are_counted() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("listen", "listen", 0),
            ("lisen", "listen", 1),
            ("listenn", "listen", 1),
            ("lisetn", "listen", 2),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }
}
