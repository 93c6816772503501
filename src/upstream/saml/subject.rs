//! The lasting identity of a person at their identity provider.

use super::ServiceProvider;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::SamlConfig;
use crate::model::matched::{Field, Match, Why};
use crate::upstream::attributes;
use crate::wire::saml::assertion::{Assertion, NameId};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// Longest subject kept, in bytes.
const LONGEST: usize = 1_024;
// Cannot stand in XML, so no name can imitate a name with qualifiers.
const BETWEEN: char = '\u{1f}';

/// The subject: the configured attribute, else the NameID.
pub(super) fn of(
    config: &SamlConfig,
    provider: &ServiceProvider,
    assertion: &Assertion,
    checks: &mut Checks,
) -> Result<(String, Match), Code> {
    let (subject, source, matched) = match &config.attributes.subject {
        Some(attribute) => {
            let source = format!("one value of {attribute}");
            let subject = from_attribute(assertion, attribute, &source, checks)?;
            (subject, source, Match::new(Field::Subject, Why::Configured, attribute))
        }
        None => {
            let source = "a lasting NameID".to_owned();
            let subject = from_name_id(config, provider, assertion, checks)?;
            (subject, source, Match::unnamed(Field::Subject, Why::NameId))
        }
    };
    let fit = subject.len() <= LONGEST && !subject.chars().any(|c| c.is_control() && c != BETWEEN);
    if !fit {
        let expected = format!("at most {LONGEST} bytes on one line");
        return Err(checks.failed(Code::SamlSubject, "subject", expected, "something else"));
    }
    checks.passed_personal("subject", source, subject.replace(BETWEEN, " "));
    Ok((subject, matched))
}

fn from_attribute(
    assertion: &Assertion,
    attribute: &str,
    source: &str,
    checks: &mut Checks,
) -> Result<String, Code> {
    let values = assertion.attributes.get(attribute).map(Vec::as_slice).unwrap_or_default();
    match values {
        [one] => Ok(one.clone()),
        [] => {
            let received =
                format!("absent; there are: {}", attributes::names(&assertion.attributes));
            Err(checks.failed(Code::SubjectMissing, "subject", source, received))
        }
        more => {
            let received = format!("{} values", more.len());
            Err(checks.failed(Code::SamlSubject, "subject", source, received))
        }
    }
}

fn from_name_id(
    config: &SamlConfig,
    provider: &ServiceProvider,
    assertion: &Assertion,
    checks: &mut Checks,
) -> Result<String, Code> {
    let expected = "a lasting NameID";
    let Some(name_id) = &assertion.name_id else {
        return Err(checks.failed(Code::SamlSubject, "subject", expected, "absent"));
    };
    let format = name_id.format.as_deref().unwrap_or_default();
    let passing = ["transient", "entity", "encrypted"];
    if let Some(kind) = passing.iter().find(|kind| is_format(format, kind)) {
        let received = format!("a NameID of the {kind} format");
        let code = if *kind == "transient" { Code::SamlNameIdTransient } else { Code::SamlSubject };
        return Err(checks.failed(code, "subject", expected, received));
    }
    if name_id.value.is_empty() {
        return Err(checks.failed(Code::SamlSubject, "subject", expected, "empty"));
    }
    if format != PERSISTENT {
        return Ok(name_id.value.clone());
    }
    // Left out, a qualifier means the provider and us (SAML core 8.3.7): both ways of
    // saying so are one person.
    let foreign = |qualifier: &Option<String>, own: &str| {
        qualifier.clone().filter(|q| !q.is_empty() && q != own).unwrap_or_default()
    };
    let by = foreign(&name_id.name_qualifier, &config.idp_entity_id);
    let for_whom = foreign(&name_id.sp_name_qualifier, &provider.entity_id);
    if by.is_empty() && for_whom.is_empty() {
        return Ok(name_id.value.clone());
    }
    Ok(format!("{}{BETWEEN}{by}{BETWEEN}{for_whom}", name_id.value))
}

// Formats are compared by their last part: some providers name SAML 1.0 or 1.1 in front.
fn is_format(format: &str, kind: &str) -> bool {
    format.rsplit(':').next().is_some_and(|last| last.eq_ignore_ascii_case(kind))
}

/// Whether a NameID's format says that it is an e-mail address.
pub(super) fn email_like(name_id: &NameId) -> bool {
    name_id.format.as_deref().is_some_and(|f| is_format(f, "emailAddress"))
}
