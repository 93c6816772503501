//! What is said while serving: one JSON object a line, on stderr.
//!
//! The lines are written here and not by the general formatter: every request leaves one, and
//! five of them were a fortieth of what a sign-in costs us.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::model::time::{Clock as _, SystemClock};

/// Says it from now on. A second call (a test) keeps the first one's.
pub(super) fn to_stderr(level: tracing::Level) {
    let subscriber = tracing_subscriber::fmt()
        .event_format(Lines)
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging was set up before");
    }
}

/// `{"timestamp":"...","level":"INFO",` the fields of the event `,"target":"..."}`.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (moment, about) = (SystemClock.now().rfc3339(), event.metadata());
        write!(writer, r#"{{"timestamp":"{moment}","level":"{}""#, about.level())?;
        let mut members = Members { writer: &mut writer, result: Ok(()) };
        event.record(&mut members);
        members.result?;
        writer.write_str(r#","target":"#)?;
        text(&mut writer, about.target())?;
        writer.write_str("}\n")
    }
}

/// Writes fields as members of an object, each with a comma in front.
struct Members<'a, 'w> {
    writer: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl Members<'_, '_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.result.is_ok() {
            self.result = self
                .writer
                .write_char(',')
                .and_then(|()| text(self.writer, field.name()))
                .and_then(|()| self.writer.write_char(':'))
                .and_then(|()| value(self.writer));
        }
    }
}

impl Visit for Members<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, |writer| {
            writer.write_char('"')?;
            write!(Escaped(writer), "{value:?}")?;
            writer.write_char('"')
        });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, |writer| text(writer, value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |writer| writer.write_str(if value { "true" } else { "false" }));
    }
}

/// A JSON string (RFC 8259 section 7).
fn text(writer: &mut Writer<'_>, text: &str) -> fmt::Result {
    writer.write_char('"')?;
    Escaped(writer).write_str(text)?;
    writer.write_char('"')
}

/// The inside of a JSON string.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| special(&byte)) {
            let (plain, from) = rest.split_at(at);
            self.0.write_str(plain)?;
            match from.as_bytes().first().copied().unwrap_or_default() {
                b'"' => self.0.write_str("\\\"")?,
                b'\\' => self.0.write_str("\\\\")?,
                byte => write!(self.0, "\\u{byte:04x}")?,
            }
            rest = from.get(1..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is said meanwhile.
    fn said(say: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = tracing_subscriber::fmt()
            .event_format(Lines)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, say);
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_is_one_object_with_every_field() {
        let (none, some): (Option<&str>, Option<&str>) = (None, Some("r-1"));
        let lines = said(|| {
            tracing::info!(
                target: "doorward::access",
                path = "/o/a\"b\\c",
                status = 200u16,
                milliseconds = -3i64,
                held = true,
                client = %"::1",
                none,
                reference = some,
            );
            tracing::warn!(error = ?"a\nb", "it {}", "broke\u{1b}[31m\n{\"level\":\"INFO\"}");
        });
        let [first, second] = lines.lines().collect::<Vec<_>>()[..] else { panic!("{lines}") };
        let mut first: Value = serde_json::from_str(first).unwrap();
        let moment = first.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(moment.as_str().unwrap().ends_with('Z'), "{moment}");
        let expected = json!({
            "level": "INFO", "target": "doorward::access", "path": "/o/a\"b\\c", "status": 200,
            "milliseconds": -3, "held": true, "client": "::1", "reference": "r-1",
        });
        assert_eq!(first, expected);
        let second: Value = serde_json::from_str(second).unwrap();
        assert_eq!(second["error"], "\"a\\nb\"");
        assert!(second["message"].as_str().unwrap().ends_with("\n{\"level\":\"INFO\"}"));
        assert_eq!(second["level"], "WARN");
    }

    proptest! {
        #[test]
        fn nothing_gets_out_of_its_string(value in any::<String>()) {
            let line = said(|| tracing::info!(value = value.as_str(), shown = %value));
            prop_assert_eq!(line.matches('\n').count(), 1);
            let read: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(read["value"].as_str(), Some(value.as_str()));
        }
    }
}
