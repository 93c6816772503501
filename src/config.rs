//! Floor 2: flags, environment and file become one checked [`Config`].
//!
//! Every option has one name: `--session-idle-minutes` on the command line,
//! `DOORWARD_SESSION_IDLE_MINUTES` in the environment, `session_idle_minutes` in the file.
//! The flag wins over the environment, the environment over the file, the file over the
//! default. Nothing else reads the environment.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use tracing::Level;

use crate::model::public_url::PublicUrl;
use crate::model::secret::Secret;
use crate::model::session::Limits;
use crate::model::settings::Fixed;
use crate::model::spelling::nearest;
use crate::model::time::{DAY, HOUR, MINUTE};

pub use self::surroundings::{Process, Surroundings};

/// Options that may be told several times: by commas in the environment, by a list in the
/// file. With the name of the flag, which is given once for each.
const LISTS: [(&str, &str); 2] =
    [("trusted_proxies", "trusted_proxy"), ("dns_servers", "dns_server")];

/// Everything the server is told from outside, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder with the database, the key file and the set-up token.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The one address we are reached at.
    pub public_url: PublicUrl,
    /// Whether somebody said what the address is, or it is the default.
    pub public_url_told: bool,
    /// Whether identity providers on private, loopback and link-local addresses may be called.
    pub allow_private_idps: bool,
    /// Proxies whose `X-Forwarded-For` is believed, for the client's address only.
    pub trusted_proxies: Vec<IpAddr>,
    /// Name servers that proofs of domains are looked for at; none = those of the system.
    pub dns_servers: Vec<SocketAddr>,
    /// A session ends then at the latest, in milliseconds.
    pub session_absolute: i64,
    /// A session not used for so long ends, in milliseconds.
    pub session_idle: i64,
    /// Attempts and their traces are kept so long, in milliseconds.
    pub attempt_retention: i64,
    /// Which of these somebody said at start: an administrator does not change them.
    pub fixed: Vec<Fixed>,
    /// The key secrets are sealed with, as text; `None` = the file `doorward.key`.
    pub key: Option<Secret<String>>,
    /// The least severe line that is logged.
    pub log_level: Level,
}

impl Config {
    /// The defaults around what has none.
    pub fn new(data: PathBuf, listen: SocketAddr, public_url: PublicUrl) -> Self {
        Self {
            data,
            listen,
            public_url,
            public_url_told: true,
            allow_private_idps: false,
            trusted_proxies: Vec::new(),
            dns_servers: Vec::new(),
            session_absolute: 12 * HOUR,
            session_idle: HOUR,
            attempt_retention: 30 * DAY,
            fixed: Vec::new(),
            key: None,
            log_level: Level::INFO,
        }
    }

    /// How long sessions last.
    pub const fn session_limits(&self) -> Limits {
        Limits::new(self.session_absolute, self.session_idle)
    }

    /// Reads and checks what the flags, the environment and the file say.
    ///
    /// # Errors
    /// A sentence that names the option and what it expects.
    pub fn load(flags: &Flags, surroundings: &dyn Surroundings) -> Result<Self, ConfigError> {
        let told = Told::gather(flags, surroundings)?;
        let url = told.one("public_url", "http://localhost:8080", |text| {
            PublicUrl::parse(text).map_err(|_| {
                "an address such as https://sso.example.com, without user name, query or fragment (http:// for localhost only)".to_owned()
            })
        })?;
        let mut config = Self::new(
            told.one("data", "./data", |text| match text {
                "" => Err("a folder, such as ./data".to_owned()),
                text => Ok(PathBuf::from(text)),
            })?,
            told.one("listen", "127.0.0.1:8080", |text| {
                text.parse().map_err(|_| {
                    "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned()
                })
            })?,
            url,
        );
        config.public_url_told = told.values.contains_key("public_url");
        config.allow_private_idps = told.one("allow_private_idps", "false", switch)?;
        config.trusted_proxies = told.many("trusted_proxies", |text| {
            text.parse().map_err(|_| "the IP address of a proxy, such as 10.0.0.1".to_owned())
        })?;
        config.dns_servers = told.many("dns_servers", name_server)?;
        let minutes = |text: &str| whole(text, 1, 43_200, "minutes, from 1 to 43200 (30 days)");
        config.session_absolute = told.one("session_absolute_minutes", "720", minutes)? * MINUTE;
        config.session_idle = told.one("session_idle_minutes", "60", minutes)? * MINUTE;
        if config.session_idle > config.session_absolute {
            let most = config.session_absolute / MINUTE;
            let most = format!("no more than the {most} minutes of session_absolute_minutes");
            return Err(told.wrong("session_idle_minutes", most));
        }
        let days = |text: &str| whole(text, 1, 3_650, "days, from 1 to 3650");
        config.attempt_retention = told.one("attempt_retention_days", "30", days)? * DAY;
        config.fixed = Fixed::ALL
            .into_iter()
            .filter(|fixed| told.values.contains_key(fixed.option()))
            .collect();
        config.log_level = told.one("log_level", "info", |text| {
            text.parse().map_err(|_| "one of error, warn, info, debug, trace".to_owned())
        })?;
        config.key = told.secret("key", surroundings)?;
        Ok(config)
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" | "" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

/// An address with or without a port; 53 is the one of DNS.
fn name_server(text: &str) -> Result<SocketAddr, String> {
    text.parse().or_else(|_| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, 53))).map_err(|_| {
        "the IP address and port of a name server, such as 9.9.9.9:53 or [2620:fe::fe]:53"
            .to_owned()
    })
}

fn whole(text: &str, least: i64, most: i64, expected: &str) -> Result<i64, String> {
    let number: i64 = text.parse().map_err(|_| format!("a whole number of {expected}"))?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(format!("a whole number of {expected}"))
    }
}

/// The options as flags. The environment and the file know the same names.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// A TOML file with any of these options [env: DOORWARD_CONFIG]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<String>,
    /// The folder for the database and the key [default: ./data]
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<String>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", global = true)]
    pub listen: Option<String>,
    /// The one address people reach this server at [default: http://localhost:8080]
    #[arg(long, value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Call identity providers on private and loopback addresses too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", global = true)]
    pub allow_private_idps: Option<String>,
    /// A proxy whose X-Forwarded-For is believed; may be given several times
    #[arg(long = "trusted-proxy", alias = "trusted-proxies", value_name = "IP", global = true)]
    pub trusted_proxies: Vec<String>,
    /// A name server that proofs of domains are looked for at; may be given several times
    /// [default: the system's]
    #[arg(long = "dns-server", alias = "dns-servers", value_name = "IP:PORT", global = true)]
    pub dns_servers: Vec<String>,
    /// A session ends after so many minutes at the latest [default: 720]
    #[arg(long, value_name = "MINUTES", global = true)]
    pub session_absolute_minutes: Option<String>,
    /// A session ends when it was not used for so many minutes [default: 60]
    #[arg(long, value_name = "MINUTES", global = true)]
    pub session_idle_minutes: Option<String>,
    /// Sign-in attempts are kept for so many days [default: 30]
    #[arg(long, value_name = "DAYS", global = true)]
    pub attempt_retention_days: Option<String>,
    /// A file with the key secrets are sealed with [default: doorward.key in the data folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub key_file: Option<String>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL", global = true)]
    pub log_level: Option<String>,
}

impl Flags {
    fn values(&self) -> [(&'static str, Vec<String>); 11] {
        let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        [
            ("data", one(&self.data)),
            ("listen", one(&self.listen)),
            ("public_url", one(&self.public_url)),
            ("allow_private_idps", one(&self.allow_private_idps)),
            ("trusted_proxies", self.trusted_proxies.clone()),
            ("dns_servers", self.dns_servers.clone()),
            ("session_absolute_minutes", one(&self.session_absolute_minutes)),
            ("session_idle_minutes", one(&self.session_idle_minutes)),
            ("attempt_retention_days", one(&self.attempt_retention_days)),
            ("key_file", one(&self.key_file)),
            ("log_level", one(&self.log_level)),
        ]
    }
}

/// Why the configuration cannot be used: one sentence for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Which options were told, where, and with which values.
struct Told {
    values: BTreeMap<&'static str, (Whence, Vec<String>)>,
}

#[derive(Clone)]
enum Whence {
    Flag,
    Environment,
    File(String),
}

impl Told {
    fn gather(flags: &Flags, surroundings: &dyn Surroundings) -> Result<Self, ConfigError> {
        environment::check(surroundings)?;
        let mut values = BTreeMap::new();
        let file = flags.config.clone().or_else(|| surroundings.variable("DOORWARD_CONFIG"));
        if let Some(path) = file {
            let text = surroundings
                .file(Path::new(&path))
                .map_err(|error| ConfigError(format!("--config: {path}: {error}")))?;
            read_file(&path, &text, &mut values)?;
        }
        for (name, told) in flags.values() {
            let lists = flag_of_list(name).is_some();
            if let Some(text) = surroundings.variable(&variable(name)) {
                let parts = match lists {
                    true => text.split(',').map(|part| part.trim().to_owned()).collect(),
                    false => vec![text],
                };
                let parts = parts.into_iter().filter(|part| !(lists && part.is_empty()));
                values.insert(name, (Whence::Environment, parts.collect()));
            }
            if !told.is_empty() {
                values.insert(name, (Whence::Flag, told));
            }
        }
        Ok(Self { values })
    }

    fn one<T>(
        &self,
        name: &'static str,
        default: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let text = self.values.get(name).and_then(|(_, values)| values.last());
        read(text.map_or(default, String::as_str)).map_err(|expected| self.wrong(name, expected))
    }

    fn many<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, ConfigError> {
        let values = self.values.get(name).map_or(&[][..], |(_, values)| values);
        values
            .iter()
            .map(|text| read(text).map_err(|expected| self.wrong(name, expected)))
            .collect()
    }

    /// A secret: from a file that is named, or from the environment; never from a flag,
    /// which every process of the machine can read.
    fn secret(
        &self,
        name: &'static str,
        surroundings: &dyn Surroundings,
    ) -> Result<Option<Secret<String>>, ConfigError> {
        let direct = surroundings.variable(&variable(name));
        let Some((_, paths)) = self.values.get("key_file") else {
            return Ok(direct.map(Secret::new));
        };
        if direct.is_some() {
            let name = variable(name);
            return Err(ConfigError(format!("{name} and {name}_FILE: give one of them, not both")));
        }
        let path = paths.last().cloned().unwrap_or_default();
        let text = surroundings
            .file(Path::new(&path))
            .map_err(|error| ConfigError(format!("{}: {path}: {error}", self.place("key_file"))))?;
        Ok(Some(Secret::new(text)))
    }

    fn wrong(&self, name: &'static str, expected: impl Display) -> ConfigError {
        let found = self.values.get(name).map(|(_, values)| values.join(", "));
        let found = found.map_or_else(String::new, |found| format!(", not \"{found}\""));
        ConfigError(format!("{}: expected {expected}{found}", self.place(name)))
    }

    fn place(&self, name: &'static str) -> String {
        match self.values.get(name).map(|(whence, _)| whence) {
            Some(Whence::Environment) => variable(name),
            Some(Whence::File(path)) => format!("{name} in {path}"),
            Some(Whence::Flag) | None => {
                format!("--{}", flag_of_list(name).unwrap_or(name).replace('_', "-"))
            }
        }
    }
}

fn flag_of_list(name: &str) -> Option<&'static str> {
    LISTS.iter().find(|(list, _)| *list == name).map(|(_, flag)| *flag)
}

fn variable(name: &str) -> String {
    format!("DOORWARD_{}", name.to_ascii_uppercase())
}

fn read_file(
    path: &str,
    text: &str,
    values: &mut BTreeMap<&'static str, (Whence, Vec<String>)>,
) -> Result<(), ConfigError> {
    // Without the snippet of the file that the library shows: a secret may stand there.
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError(format!("--config: {path}, line {line}: {}", error.message()))
    })?;
    for (key, value) in table {
        let Some((name, _)) = Flags::default().values().into_iter().find(|(n, _)| *n == key) else {
            let meant = key.replace('-', "_").to_ascii_lowercase();
            let list = LISTS.iter().find(|(_, flag)| *flag == meant);
            let meant = list.map_or(meant.as_str(), |(name, _)| *name);
            let hint = match Flags::default().values().into_iter().find(|(n, _)| *n == meant) {
                Some((name, _)) => format!(": write it as {name}"),
                None if key == "key" => {
                    ": give the key by DOORWARD_KEY, DOORWARD_KEY_FILE or key_file".to_owned()
                }
                None => nearest(meant, Flags::default().values().into_iter().map(|(n, _)| n))
                    .map_or_else(String::new, |near| format!(": did you mean {near}?")),
            };
            return Err(ConfigError(format!("{path}: there is no option \"{key}\"{hint}")));
        };
        let several = match value {
            toml::Value::Array(items) if flag_of_list(name).is_some() => items,
            other => vec![other],
        };
        let texts: Option<Vec<String>> = several.into_iter().map(scalar).collect();
        let texts = texts.ok_or_else(|| {
            ConfigError(format!("{name} in {path}: expected one text, number or true/false"))
        })?;
        values.insert(name, (Whence::File(path.to_owned()), texts));
    }
    Ok(())
}

fn scalar(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

mod environment;
mod surroundings;

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
