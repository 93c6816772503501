//! `doorward token create`: a bearer token of the admin API.

use clap::{Args, Subcommand};

use super::{Failure, open, print, say};
use crate::admin::AdminError;
use crate::admin::tokens::{self, TokenMade};
use crate::config::Config;
use crate::model::organization::Organization;
use crate::model::rng::{Rng, SystemRng};
use crate::model::time::{Clock, Millis, SystemClock};
use crate::store::{Tx, organizations};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a token; prints its value, which is shown this once
    Create(Create),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// What the token is for
    #[arg(long)]
    name: String,
    /// The id or login path of the one organization it may touch [default: all]
    #[arg(long)]
    organization: Option<String>,
}

pub(super) fn run(config: &Config, Command::Create(asked): Command) -> Result<(), Failure> {
    open::runtime()?.block_on(async {
        let store = open::existing(config).await?;
        let made = store.write(move |tx| create(tx, &SystemRng, SystemClock.now(), &asked)).await;
        let (made, organization) = match made {
            Err(AdminError::Invalid(wrong)) => {
                let lines: Vec<_> = wrong
                    .iter()
                    .map(|wrong| format!("--{}: {}", wrong.field, wrong.detail))
                    .collect();
                return Err(Failure::Input(lines.join("; ")));
            }
            Err(AdminError::NotFound) => {
                let text = "--organization: expected the id or the login path of an organization";
                return Err(Failure::Refused(text.to_owned()));
            }
            made => made?,
        };
        say(&match organization {
            Some(organization) => {
                format!("A token for {}. It is shown this once:", organization.name)
            }
            None => "A token for the whole installation. It is shown this once:".to_owned(),
        });
        print(&made.token)
    })
}

/// `NotFound` when there is no such organization.
fn create(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    asked: &Create,
) -> Result<(TokenMade, Option<Organization>), AdminError> {
    let organization = match &asked.organization {
        None => None,
        Some(text) => Some(organizations::named(tx, text)?.ok_or(AdminError::NotFound)?),
    };
    let scope = organization.as_ref().map(|organization| organization.id.clone());
    Ok((tokens::create_on_host(tx, rng, now, &asked.name, scope)?, organization))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::audit::Actor;
    use crate::model::domain::standing::OutsideDomains;
    use crate::model::id::OrganizationId;
    use crate::model::organization::LoginPath;
    use crate::model::secret::Digest;
    use crate::store::{Page, Store, StoreError, api_tokens, audit, organizations};

    fn asked(name: &str, organization: Option<&str>) -> Create {
        Create { name: name.to_owned(), organization: organization.map(str::to_owned) }
    }

    #[tokio::test]
    async fn the_value_is_nowhere_but_in_the_answer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let made = store.write(|tx| create(tx, &SystemRng, Millis(5), &asked(" ci ", None)));
        let (TokenMade { token, .. }, scope) = made.await.unwrap();
        assert!(scope.is_none());
        assert!(token.starts_with("dw_") && token.len() == 46);
        let digest = Digest::of(token.as_bytes());
        let found = store.read(move |tx| api_tokens::find_by_digest(tx, &digest)).await.unwrap();
        assert_eq!(found.unwrap().name, "ci");
        let trail = store.read(|tx| audit::list(tx, None, &Page::first(9))).await.unwrap();
        assert_eq!((trail.len(), &trail[0].actor), (1, &Actor::Host));
        assert!(!format!("{trail:?}").contains(&token));
        store.close();
        let file = std::fs::read(folder.path().join("d.db")).unwrap();
        let value = token.as_bytes();
        assert!(!file.windows(value.len()).any(|part| part == value));
    }

    #[tokio::test]
    async fn an_organization_is_named_by_id_or_path_and_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let acme = Organization {
            id: OrganizationId::random(&SystemRng),
            name: "Acme".to_owned(),
            path: Some(LoginPath::try_from("acme".to_owned()).unwrap()),
            disabled: false,
            home: false,
            outside_domains: OutsideDomains::default(),
            settings: Default::default(),
            created_at: Millis(0),
            version: 1,
        };
        let id = acme.id.as_str().to_owned();
        store.write(move |tx| organizations::insert(tx, &acme)).await.unwrap();
        for (told, expected) in
            [(id.as_str(), true), ("acme", true), ("acne", false), ("", false), ("A B", false)]
        {
            let asked = asked("ci", Some(told));
            let made = store.write(move |tx| create(tx, &SystemRng, Millis(5), &asked)).await;
            assert_eq!(made.is_ok(), expected, "{told}");
        }
        // A token of the home organization alone would give its own people the installation.
        let own = id.clone();
        let home = move |tx: &Tx<'_>| {
            let id = OrganizationId::try_from(own).map_err(|_| StoreError::Conflict)?;
            let mut row = organizations::find(tx, &id)?.ok_or(StoreError::Conflict)?;
            row.home = true;
            organizations::delete(tx, &id)?;
            organizations::insert(tx, &row)
        };
        store.write(home).await.unwrap();
        let asked = asked("ci", Some("acme"));
        let refused = store.write(move |tx| create(tx, &SystemRng, Millis(6), &asked)).await;
        let Err(AdminError::Invalid(fields)) = refused.map(drop) else {
            panic!("a token of the home organization");
        };
        assert_eq!(fields[0].field, "organization");
        assert!(fields[0].detail.starts_with("leave it out"), "{fields:?}");
    }
}
