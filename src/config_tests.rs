//! What wins over what, and what is refused at the start.

use super::*;

#[derive(Default)]
struct Fake {
    variables: Vec<(&'static str, &'static str)>,
    files: Vec<(&'static str, &'static str)>,
}

impl Surroundings for Fake {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    fn names(&self) -> Vec<String> {
        self.variables.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    fn file(&self, path: &Path) -> std::io::Result<String> {
        let found = self.files.iter().find(|(p, _)| Path::new(p) == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or(std::io::ErrorKind::NotFound.into())
    }
}

fn told(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn nothing_told_is_the_defaults() {
    let config = Config::load(&Flags::default(), &Fake::default()).unwrap();
    assert_eq!(config.data, Path::new("./data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_str(), "http://localhost:8080");
    assert!(!config.public_url_told);
    assert!(!config.allow_private_idps);
    assert!(config.trusted_proxies.is_empty());
    assert_eq!(config.session_absolute, 12 * HOUR);
    assert_eq!(config.session_idle, HOUR);
    assert_eq!(config.attempt_retention, 30 * DAY);
    assert_eq!(config.log_level, Level::INFO);
    assert!(config.key.is_none());
}

#[test]
fn flag_over_environment_over_file_over_default() {
    let mut around = Fake { files: vec![("c.toml", "listen = '127.0.0.1:1'")], ..Fake::default() };
    let mut flags = Flags { config: told("c.toml"), ..Flags::default() };
    let port = |flags: &Flags, around: &Fake| Config::load(flags, around).unwrap().listen.port();
    assert_eq!(port(&Flags::default(), &around), 8080);
    assert_eq!(port(&flags, &around), 1);
    around.variables.push(("DOORWARD_LISTEN", "127.0.0.1:2"));
    assert_eq!(port(&flags, &around), 2);
    flags.listen = told("127.0.0.1:3");
    assert_eq!(port(&flags, &around), 3);
    around.variables.push(("DOORWARD_CONFIG", "c.toml"));
    around.variables.remove(0);
    assert_eq!(port(&Flags::default(), &around), 1);
}

#[test]
fn every_option_in_the_file() {
    let text = "
        data = '/srv/doorward'
        listen = '[::]:80'
        public_url = 'https://sso.acme.test/'
        allow_private_idps = true
        trusted_proxies = ['10.0.0.1', '::1']
        dns_servers = ['9.9.9.9', '[::1]:5353']
        session_absolute_minutes = 600
        session_idle_minutes = 30
        attempt_retention_days = 7
        key_file = 'k'
        log_level = 'debug'
    ";
    let around = Fake { files: vec![("c.toml", text), ("k", "c2VjcmV0")], ..Fake::default() };
    let flags = Flags { config: told("c.toml"), ..Flags::default() };
    let config = Config::load(&flags, &around).unwrap();
    assert_eq!(config.data, Path::new("/srv/doorward"));
    assert_eq!(config.public_url.as_str(), "https://sso.acme.test");
    assert!(config.public_url_told && config.allow_private_idps);
    assert_eq!(config.trusted_proxies.len(), 2);
    let servers: Vec<_> = config.dns_servers.iter().map(SocketAddr::to_string).collect();
    assert_eq!(servers, ["9.9.9.9:53", "[::1]:5353"]);
    assert_eq!(config.session_absolute, 10 * HOUR);
    assert_eq!(config.session_idle, 30 * MINUTE);
    assert_eq!(config.attempt_retention, 7 * DAY);
    assert_eq!(config.log_level, Level::DEBUG);
    assert_eq!(config.key.as_ref().map(|key| key.expose().as_str()), Some("c2VjcmV0"));
    assert!(!format!("{config:?}").contains("c2VjcmV0"));
}

#[test]
fn lists_in_the_environment_are_parted_by_commas() {
    let around = Fake {
        variables: vec![
            ("DOORWARD_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2,"),
            ("DOORWARD_DNS_SERVERS", "10.0.0.1:53"),
        ],
        ..Fake::default()
    };
    let config = Config::load(&Flags::default(), &around).unwrap();
    assert_eq!((config.trusted_proxies.len(), config.dns_servers.len()), (2, 1));
}

#[test]
fn wrong_values_name_the_option_and_what_it_expects() {
    for (name, value, expected) in [
        ("DOORWARD_LISTEN", "8080", "DOORWARD_LISTEN: expected an IP address and a port"),
        ("DOORWARD_PUBLIC_URL", "http://sso.acme.test", "DOORWARD_PUBLIC_URL: expected"),
        ("DOORWARD_DATA", "", "DOORWARD_DATA: expected a folder"),
        ("DOORWARD_ALLOW_PRIVATE_IDPS", "maybe", "DOORWARD_ALLOW_PRIVATE_IDPS: expected true or"),
        ("DOORWARD_TRUSTED_PROXIES", "proxy", "DOORWARD_TRUSTED_PROXIES: expected the IP address"),
        ("DOORWARD_DNS_SERVERS", "dns.test", "DOORWARD_DNS_SERVERS: expected the IP address and"),
        ("DOORWARD_SESSION_IDLE_MINUTES", "0", "DOORWARD_SESSION_IDLE_MINUTES: expected a whole"),
        ("DOORWARD_SESSION_IDLE_MINUTES", "1e3", "DOORWARD_SESSION_IDLE_MINUTES: expected a whole"),
        ("DOORWARD_SESSION_IDLE_MINUTES", "721", "DOORWARD_SESSION_IDLE_MINUTES: expected no more"),
        ("DOORWARD_SESSION_ABSOLUTE_MINUTES", "99999", "DOORWARD_SESSION_ABSOLUTE_MINUTES: expec"),
        ("DOORWARD_ATTEMPT_RETENTION_DAYS", "-1", "DOORWARD_ATTEMPT_RETENTION_DAYS: expected a w"),
        ("DOORWARD_LOG_LEVEL", "loud", "DOORWARD_LOG_LEVEL: expected one of error, warn"),
        ("DOORWARD_CONFIG", "none.toml", "--config: none.toml"),
        ("DOORWARD_KEY_FILE", "none.key", "DOORWARD_KEY_FILE: none.key"),
    ] {
        let around = Fake { variables: vec![(name, value)], ..Fake::default() };
        let error = Config::load(&Flags::default(), &around).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let flags = Flags { trusted_proxies: vec!["x".to_owned()], ..Flags::default() };
    let error = Config::load(&flags, &Fake::default()).unwrap_err().to_string();
    assert!(error.starts_with("--trusted-proxy: expected"), "{error}");
}

#[test]
fn a_misspelt_variable_stops_the_start() {
    for (name, told) in [
        (
            "DOORWARD_LISTN",
            "DOORWARD_LISTN: there is no such option: did you mean DOORWARD_LISTEN?",
        ),
        ("DOORWARD_PUBLICURL", "did you mean DOORWARD_PUBLIC_URL?"),
        ("DOORWARD_TRUSTED_PROXY", "did you mean DOORWARD_TRUSTED_PROXIES?"),
        ("DOORWARD_ALLOW_PRIVATE_IDP", "did you mean DOORWARD_ALLOW_PRIVATE_IDPS?"),
        ("DOORWARD_KEYFILE", "did you mean DOORWARD_KEY_FILE?"),
        ("DOORWARD_listen", "did you mean DOORWARD_LISTEN?"),
        ("DOORWARD_PORT", "DOORWARD_PORT: there is no such option: remove it"),
        ("DOORWARD_PORT_HTTP", "DOORWARD_PORT_HTTP: there is no such option: remove it"),
        ("DOORWARD_PUBLIC_URL_FILE", "DOORWARD_PUBLIC_URL_FILE: there is no such option"),
        ("DOORWARD_", "DOORWARD_: there is no such option"),
    ] {
        let around = Fake { variables: vec![(name, "hunter2")], ..Fake::default() };
        let error = Config::load(&Flags::default(), &around).unwrap_err().to_string();
        assert!(error.contains(told) && error.starts_with(name), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let variables = vec![
        ("DOORWARD_BIN", "x"),
        ("DOORWARD_CACHE", "x"),
        ("DOORWARD_CHROMIUM", "x"),
        ("DOORWARD_PEERS_PYTHON", "x"),
        ("DOORWARD_SERVICE_HOST", "10.0.0.1"),
        ("DOORWARD_SERVICE_PORT", "8080"),
        ("DOORWARD_SERVICE_PORT_HTTP", "8080"),
        ("DOORWARD_PORT", "tcp://10.0.0.1:8080"),
        ("DOORWARD_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("DOORWARD_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("DOORWARD_PORT_8080_TCP_PORT", "8080"),
        ("DOORWARD_PORT_8080_TCP_PROTO", "tcp"),
        ("DOORWARD_WEB_SERVICE_HOST", "10.0.0.2"),
        ("DOORWARDEN", "x"),
        ("PATH", "x"),
    ];
    Config::load(&Flags::default(), &Fake { variables, ..Fake::default() }).unwrap();
}

#[test]
fn files_with_mistakes_are_refused_by_name() {
    for (text, expected) in [
        ("colour = 'red'", "c.toml: there is no option \"colour\""),
        ("lisen = '127.0.0.1:1'", "c.toml: there is no option \"lisen\": did you mean listen?"),
        ("key = 'hunter2'", "c.toml: there is no option \"key\": give the key by DOORWARD_KEY"),
        ("public-url = 'x'", "c.toml: there is no option \"public-url\": write it as public_url"),
        (
            "trusted_proxy = 'x'",
            "c.toml: there is no option \"trusted_proxy\": write it as trusted_p",
        ),
        ("listen = { port = 1 }", "listen in c.toml: expected one text"),
        ("listen = ['127.0.0.1:1']", "listen in c.toml: expected one text"),
        ("listen = 'x'", "listen in c.toml: expected an IP address and a port"),
        ("data = 'd'\nlisten = ", "--config: c.toml, line 2: "),
    ] {
        let around = Fake { files: vec![("c.toml", text)], ..Fake::default() };
        let flags = Flags { config: told("c.toml"), ..Flags::default() };
        let error = Config::load(&flags, &around).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("hunter2"));
    }
}

#[test]
fn the_key_by_variable_or_by_file_but_not_both() {
    let mut around = Fake { variables: vec![("DOORWARD_KEY", "a")], files: vec![("k", "b")] };
    let key = |around: &Fake| {
        let config = Config::load(&Flags::default(), around)?;
        Ok::<_, ConfigError>(config.key.map(Secret::into_inner))
    };
    assert_eq!(key(&around).unwrap().as_deref(), Some("a"));
    around.variables.push(("DOORWARD_KEY_FILE", "k"));
    assert!(key(&around).unwrap_err().to_string().contains("not both"));
    around.variables.remove(0);
    assert_eq!(key(&around).unwrap().as_deref(), Some("b"));
}
