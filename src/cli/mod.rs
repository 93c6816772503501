//! Floor 11: the command line. The roof: it opens the house, or the store alone.
//!
//! What a script reads goes to stdout, what a person reads to stderr. Exit codes: 0 done,
//! 1 refused or failed, 2 wrong input.

mod explain;
mod log;
mod open;
mod owner;
pub mod serve;
mod token;

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags, Process};

/// Where else options come from; said once, below the list.
const ALSO: &str = "\
Every option can also come from the environment (--public-url as DOORWARD_PUBLIC_URL) and from
the file (as public_url = \"...\"). The command line wins over the environment, the environment
over the file. Only `doorward serve` needs the options of the server.";

/// Single sign-on for companies that host their own software.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, arg_required_else_help = true, after_help = ALSO)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer on the network until told to stop
    #[command(after_help = ALSO)]
    Serve,
    /// Make an owner, or let one choose a new password; works beside a running server
    Owner {
        #[command(subcommand)]
        command: owner::Command,
    },
    /// Make a bearer token of the admin API; works beside a running server
    Token {
        #[command(subcommand)]
        command: token::Command,
    },
    /// Say check by check what is wrong with an identity provider's answer; works beside a
    /// running server
    Explain(explain::Explain),
    /// Print the OpenAPI document of the admin API
    Openapi,
    /// Say which version this is
    Version,
}

/// Why a command did not do what was asked.
enum Failure {
    /// The input is wrong: another try with the same input cannot work.
    Input(String),
    /// Something else stands in the way.
    Refused(String),
}

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Help and version are asked for; everything else is a mistake.
            let code = if told.use_stderr() { 2 } else { 0 };
            return if told.print().is_ok() { code.into() } else { ExitCode::FAILURE };
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let (text, code) = match failure {
                Failure::Input(text) => (text, 2),
                Failure::Refused(text) => (text, 1),
            };
            say(&format!("doorward: {text}"));
            code.into()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    if matches!(arguments.command, Command::Version) {
        return print(concat!("doorward ", env!("CARGO_PKG_VERSION")));
    }
    if matches!(arguments.command, Command::Openapi) {
        return print(crate::http::api::openapi::document().trim_end());
    }
    let config = Config::load(&arguments.flags, &Process)
        .map_err(|error| Failure::Input(error.to_string()))?;
    match arguments.command {
        Command::Serve => serve::run(config).map_err(Failure::Refused),
        Command::Owner { command } => owner::run(&config, command),
        Command::Token { command } => token::run(&config, command),
        Command::Explain(asked) => explain::run(&config, &asked),
        Command::Openapi | Command::Version => Ok(()),
    }
}

/// One line for a script.
fn print(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Failure::from)
}

/// One line for a person. Nobody listening is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        for line in [
            "doorward serve --data d --listen 127.0.0.1:1 --public-url http://localhost:1",
            "doorward --data d serve --allow-private-idps --trusted-proxy 10.0.0.1 --trusted-proxy ::1",
            "doorward serve --allow-private-idps=false",
            "doorward owner create --data d --email a@b.test --name N --organization O --password-stdin",
            "doorward owner reset --email a@b.test --data d",
            "doorward token create --data d --name N --organization o",
            "doorward explain answer.txt --data d --connection c --revision draft --at 2026-11-21T09:30:00Z",
            "doorward explain --attempt 1407-amber-otter-lake --data d",
            "doorward openapi",
            "doorward version",
        ] {
            let parsed = Arguments::try_parse_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        }
        for line in [
            "doorward",
            "doorward explain a",
            "doorward explain a --connection c --attempt r",
            "doorward srve",
            "doorward owner create",
            "doorward serve --x",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
