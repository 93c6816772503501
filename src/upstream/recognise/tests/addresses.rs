//! Addresses, domains and IDs.

use serde_json::{Value, json};

use super::{APP, TENANT, draft, found, mistakes, provider};
use crate::upstream::recognise::Kind::{self, *};
use crate::upstream::recognise::Mistake as M;

/// An input, what it is, whose, what is wrong, and the draft.
type Row = (String, Kind, Option<&'static str>, Vec<M>, Value);

fn row(input: &str, kind: Kind, provider: &'static str, wrong: &[M], draft: Value) -> Row {
    let provider = Some(provider).filter(|id| !id.is_empty());
    (input.to_owned(), kind, provider, wrong.to_vec(), draft)
}

fn check(rows: Vec<Row>) {
    for (input, kind, whose, wrong, expected) in rows {
        let found = found(&input);
        assert_eq!(found.kind, kind, "{input}");
        assert_eq!(provider(&found), whose, "{input}");
        assert_eq!(mistakes(&found), wrong, "{input}");
        assert_eq!(draft(&found), expected, "{input}");
        for wrong in &found.wrong {
            assert!(wrong.sentence.ends_with('.') && wrong.advice.ends_with('.'), "{wrong:?}");
        }
    }
}

fn issuer(text: &str) -> Value {
    json!({"issuer": text})
}

fn url(text: &str) -> Value {
    json!({"metadata_url": text})
}

fn sso(entity_id: &str, text: &str) -> Value {
    json!({"idp_entity_id": entity_id, "sso_url": text})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per input")]
fn okta() {
    let base = "https://acme.okta.com";
    let org = issuer(base);
    let custom = issuer("https://acme.okta.com/oauth2/default");
    let saml = sso("http://www.okta.com/exk1", "https://acme.okta.com/app/acme_app/exk1/sso/saml");
    let own = url("https://acme.okta.com/app/exk1/sso/saml/metadata");
    check(vec![
        row("acme.okta.com", OktaDomain, "okta", &[], org.clone()),
        row(" \"https://acme.okta.com/\" ", OktaDomain, "okta", &[], org.clone()),
        row("ACME.okta-emea.com", OktaDomain, "okta", &[], issuer("https://acme.okta-emea.com")),
        row("https://acme-admin.okta.com", OktaDomain, "okta", &[M::OktaAdminDomain], org.clone()),
        row(
            "acme-admin.okta.com/admin/dashboard",
            OktaDomain,
            "okta",
            &[M::OktaAdminDomain],
            org.clone(),
        ),
        row("https://acme.okta.com/oauth2/default", Issuer, "okta", &[], custom.clone()),
        row(
            "https://acme.okta.com/oauth2/default/",
            Issuer,
            "okta",
            &[M::TrailingSlash],
            custom.clone(),
        ),
        row(
            "https://acme.okta.com/oauth2/v1/authorize",
            OauthEndpoint,
            "okta",
            &[M::EndpointNotIssuer],
            org.clone(),
        ),
        row(
            "https://acme.okta.com/oauth2/default/v1/token",
            OauthEndpoint,
            "okta",
            &[M::EndpointNotIssuer],
            custom,
        ),
        row(
            "https://acme.okta.com/.well-known/openid-configuration",
            OidcDiscovery,
            "okta",
            &[],
            org,
        ),
        row(
            "https://acme.okta.com/app/exk1/sso/saml/metadata",
            MetadataAddress,
            "okta",
            &[],
            own.clone(),
        ),
        row(
            "http://acme.okta.com/app/exk1/sso/saml/metadata",
            MetadataAddress,
            "okta",
            &[M::PlainHttp],
            own.clone(),
        ),
        row(
            "acme.okta.com/app/exk1/sso/saml/metadata",
            MetadataAddress,
            "okta",
            &[M::SchemeMissing],
            own,
        ),
        row("https://acme.okta.com/app/acme_app/exk1/sso/saml", SsoAddress, "okta", &[], saml),
        row(
            "http://www.okta.com/exk1abc",
            EntityId,
            "okta",
            &[],
            json!({"idp_entity_id": "http://www.okta.com/exk1abc"}),
        ),
        row(
            "https://acme.okta.com/home/acme_app/0oa1/aln1",
            AppEmbedLink,
            "okta",
            &[M::AppEmbedLink],
            Value::Null,
        ),
        row(
            "https://acme-admin.okta.com/admin/app/x/instance/0oa1",
            ConsoleAddress,
            "okta",
            &[M::ConsoleAddress, M::OktaAdminDomain],
            Value::Null,
        ),
    ]);
    let embed = found("https://acme.okta.com/home/acme_app/0oa1/aln1");
    assert!(
        embed.wrong[0].advice.contains("Sign On > Metadata details > Metadata URL"),
        "{embed:?}"
    );
    let admin = found("acme-admin.okta.com");
    assert_eq!(admin.wrong[0].instead.as_deref(), Some("acme.okta.com"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per input")]
fn entra() {
    let login = "https://login.microsoftonline.com";
    let own = issuer(&format!("{login}/{TENANT}/v2.0"));
    let federation = format!("{login}/{TENANT}/federationmetadata/2007-06/federationmetadata.xml");
    let app = format!("{federation}?appid={APP}");
    let portal = "https://portal.azure.com";
    let registration = "view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId";
    let enterprise = format!(
        "view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/objectId/{TENANT}/appId/{APP}"
    );
    let client = json!({"client_id": APP});
    let both = json!({"client_id": APP, "issuer": format!("{login}/{TENANT}/v2.0")});
    let shared = [M::EntraSharedEndpoint];
    let none = Value::Null;
    let e = |input: String, kind, wrong: &[M], draft: &Value| {
        row(&input, kind, "entra", wrong, draft.clone())
    };
    check(vec![
        e(TENANT.to_owned(), EntraTenant, &[M::EntraWhichId], &own),
        e(TENANT.to_uppercase(), EntraTenant, &[M::EntraWhichId], &own),
        e("acme.onmicrosoft.com".to_owned(), EntraTenant, &[M::EntraTenantName], &none),
        e(format!("{login}/{TENANT}"), EntraTenant, &[], &own),
        e(format!("{login}/{TENANT}/v2.0"), Issuer, &[], &own),
        e(format!("{login}/{TENANT}/v2.0/"), Issuer, &[M::TrailingSlash], &own),
        e(format!("{login}/{TENANT}/v2.0/.well-known/openid-configuration"), Issuer, &[], &own),
        e(
            format!("{login}/{TENANT}/.well-known/openid-configuration"),
            Issuer,
            &[M::EntraV1Issuer],
            &own,
        ),
        e(
            format!("{login}/{TENANT}/oauth2/v2.0/authorize"),
            OauthEndpoint,
            &[M::EndpointNotIssuer],
            &own,
        ),
        e(format!("{login}/{TENANT}/oauth2/token"), OauthEndpoint, &[M::EndpointNotIssuer], &own),
        e(format!("https://sts.windows.net/{TENANT}/"), Issuer, &[M::EntraV1Issuer], &own),
        e(
            format!("{login}/{TENANT}/saml2"),
            SsoAddress,
            &[],
            &sso(&format!("https://sts.windows.net/{TENANT}/"), &format!("{login}/{TENANT}/saml2")),
        ),
        e(format!("{login}/acme.com/v2.0"), Issuer, &[M::EntraTenantName], &none),
        e(format!("{login}/common/v2.0"), Issuer, &shared, &none),
        e(
            format!("{login}/organizations/v2.0/.well-known/openid-configuration"),
            Issuer,
            &shared,
            &none,
        ),
        e(format!("{login}/Consumers"), Issuer, &shared, &none),
        e(format!("{login}/common/oauth2/v2.0/authorize"), Issuer, &shared, &none),
        row(&format!("{login}/{{tenant}}/v2.0"), Address, "entra", &[M::Placeholder], none.clone()),
        e(app.clone(), MetadataAddress, &[], &url(&app)),
        e(federation.clone(), MetadataAddress, &[M::EntraNoAppid], &none),
        e(format!("{federation}?appid="), MetadataAddress, &[M::EntraNoAppid], &none),
        e(
            format!("{portal}/#{registration}/{APP}/isMSAApp~/false"),
            EntraApplication,
            &[],
            &client,
        ),
        e(
            format!("https://entra.microsoft.com/?feature.x=1#{registration}/{APP}"),
            EntraApplication,
            &[],
            &client,
        ),
        e(format!("{portal}/{TENANT}#{registration}/{APP}"), EntraApplication, &[], &both),
        e(format!("{portal}/#@{TENANT}/{registration}/{APP}"), EntraApplication, &[], &both),
        e(format!("{portal}/#{enterprise}"), EntraApplication, &[M::ConsoleAddress], &none),
        e(format!("{portal}/{TENANT}#{enterprise}"), EntraApplication, &[], &url(&app)),
        e(format!("{portal}/#home"), ConsoleAddress, &[M::ConsoleAddress], &none),
        e(
            format!("https://myapps.microsoft.com/signin/Acme/{APP}?tenantId={TENANT}"),
            AppEmbedLink,
            &[M::AppEmbedLink],
            &url(&app),
        ),
        e(
            format!("https://launcher.myapps.microsoft.com/api/signin/{APP}"),
            AppEmbedLink,
            &[M::AppEmbedLink],
            &none,
        ),
    ]);
    let old = found(format!("https://sts.windows.net/{TENANT}/"));
    assert_eq!(old.wrong[0].instead, Some(format!("{login}/{TENANT}/v2.0")));
    let page = found(format!("{portal}/#{enterprise}"));
    assert_eq!(page.facts.client_id.as_deref(), Some(APP));
    assert!(page.wrong[0].advice.contains("App Federation Metadata Url"), "{page:?}");
}

#[test]
fn google() {
    let base = "https://accounts.google.com";
    let saml =
        sso(&format!("{base}/o/saml2?idpid=C0abc"), &format!("{base}/o/saml2/idp?idpid=C0abc"));
    let id = "123-abc.apps.googleusercontent.com";
    let g = |input: &str, kind, wrong: &[M], draft: &Value| {
        row(input, kind, "google", wrong, draft.clone())
    };
    check(vec![
        g(base, Issuer, &[], &issuer(base)),
        g("https://accounts.google.com/", Issuer, &[M::TrailingSlash], &issuer(base)),
        g("accounts.google.com", Issuer, &[M::SchemeMissing], &issuer(base)),
        g(
            "https://accounts.google.com/o/oauth2/v2/auth",
            OauthEndpoint,
            &[M::EndpointNotIssuer],
            &issuer(base),
        ),
        g(
            "https://oauth2.googleapis.com/token",
            OauthEndpoint,
            &[M::EndpointNotIssuer],
            &issuer(base),
        ),
        g("https://accounts.google.com/o/saml2/idp?idpid=C0abc", SsoAddress, &[], &saml),
        g("https://accounts.google.com/o/saml2?idpid=C0abc", EntityId, &[], &saml),
        g(
            "https://accounts.google.com/o/saml2/initsso?idpid=C0abc&spid=1&forceauthn=false",
            AppEmbedLink,
            &[M::AppEmbedLink],
            &saml,
        ),
        g(
            "https://admin.google.com/ac/apps/unified",
            ConsoleAddress,
            &[M::ConsoleAddress],
            &Value::Null,
        ),
        g(id, ClientId, &[], &json!({"client_id": id, "issuer": base})),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per input")]
fn products() {
    let realm = "https://id.acme.org/realms/staff";
    let slug = "https://id.acme.org/application/saml/door";
    let adfs = "https://sts.acme.org";
    let trust = "http://sts.acme.org/adfs/services/trust";
    let federation = format!("{adfs}/FederationMetadata/2007-06/FederationMetadata.xml");
    let ping = "https://auth.pingone.eu/1c2d";
    let duo = "https://sso-1.sso.duosecurity.com";
    let embed = [M::AppEmbedLink];
    let endpoint = [M::EndpointNotIssuer];
    let r =
        |input: String, kind, id, wrong: &[M], draft: Value| row(&input, kind, id, wrong, draft);
    check(vec![
        r(federation.clone(), MetadataAddress, "adfs", &[], url(&federation)),
        r(trust.to_owned(), EntityId, "adfs", &[], sso(trust, "https://sts.acme.org/adfs/ls/")),
        r(
            format!("{adfs}/adfs/ls/"),
            SsoAddress,
            "adfs",
            &[],
            sso(trust, "https://sts.acme.org/adfs/ls/"),
        ),
        r(
            format!("{adfs}/adfs/ls/idpinitiatedsignon.aspx"),
            AppEmbedLink,
            "adfs",
            &embed,
            url(&federation),
        ),
        r(
            format!("{adfs}/adfs/oauth2/authorize"),
            OauthEndpoint,
            "adfs",
            &endpoint,
            issuer(&format!("{adfs}/adfs")),
        ),
        r(
            format!("{adfs}/adfs/"),
            Issuer,
            "adfs",
            &[M::TrailingSlash],
            issuer(&format!("{adfs}/adfs")),
        ),
        r(realm.to_owned(), Issuer, "keycloak", &[], issuer(realm)),
        r(format!("{realm}/"), Issuer, "keycloak", &[M::TrailingSlash], issuer(realm)),
        r(realm.replace("https", "http"), Issuer, "keycloak", &[M::PlainHttp], issuer(realm)),
        r(
            format!("{realm}/protocol/saml/descriptor"),
            MetadataAddress,
            "keycloak",
            &[],
            url(&format!("{realm}/protocol/saml/descriptor")),
        ),
        r(
            format!("{realm}/protocol/saml"),
            SsoAddress,
            "keycloak",
            &[],
            sso(realm, &format!("{realm}/protocol/saml")),
        ),
        r(
            format!("{realm}/protocol/saml/clients/door"),
            AppEmbedLink,
            "keycloak",
            &embed,
            url(&format!("{realm}/protocol/saml/descriptor")),
        ),
        r(
            format!("{realm}/protocol/openid-connect/auth"),
            OauthEndpoint,
            "keycloak",
            &endpoint,
            issuer(realm),
        ),
        r(
            format!("{slug}/metadata/"),
            MetadataAddress,
            "authentik",
            &[],
            url(&format!("{slug}/metadata/")),
        ),
        r(
            format!("{slug}/sso/binding/init/"),
            AppEmbedLink,
            "authentik",
            &embed,
            url(&format!("{slug}/metadata/")),
        ),
        r(
            "https://id.acme.org/application/o/authorize/".to_owned(),
            OauthEndpoint,
            "authentik",
            &endpoint,
            Value::Null,
        ),
        r(
            "https://id.acme.org/application/o/door".to_owned(),
            Issuer,
            "authentik",
            &[M::TrailingSlash],
            issuer("https://id.acme.org/application/o/door/"),
        ),
        r(
            "https://acme.auth0.com".to_owned(),
            Issuer,
            "auth0",
            &[M::TrailingSlash],
            issuer("https://acme.auth0.com/"),
        ),
        r(
            "https://acme.eu.auth0.com/authorize".to_owned(),
            OauthEndpoint,
            "auth0",
            &endpoint,
            issuer("https://acme.eu.auth0.com/"),
        ),
        r(
            "urn:acme.auth0.com".to_owned(),
            EntityId,
            "auth0",
            &[],
            json!({"idp_entity_id": "urn:acme.auth0.com"}),
        ),
        r(
            "https://acme.onelogin.com/launch/123".to_owned(),
            AppEmbedLink,
            "onelogin",
            &embed,
            Value::Null,
        ),
        r(
            "https://app.onelogin.com/saml/metadata/1c2d".to_owned(),
            MetadataAddress,
            "onelogin",
            &[],
            url("https://app.onelogin.com/saml/metadata/1c2d"),
        ),
        r(
            format!("{ping}/saml20/idp/startsso?spEntityId=x"),
            AppEmbedLink,
            "pingone",
            &embed,
            sso(ping, &format!("{ping}/saml20/idp/sso")),
        ),
        r(
            format!("{ping}/as/token"),
            OauthEndpoint,
            "pingone",
            &endpoint,
            issuer(&format!("{ping}/as")),
        ),
        r(
            "https://sso.acme.org:9031/idp/startSSO.ping?PartnerSpId=x".to_owned(),
            AppEmbedLink,
            "pingfederate",
            &embed,
            json!({"sso_url": "https://sso.acme.org:9031/idp/SSO.saml2"}),
        ),
        r(
            format!("{duo}/saml2/sp/DI1/sso"),
            SsoAddress,
            "duo",
            &[],
            sso(&format!("{duo}/saml2/sp/DI1/metadata"), &format!("{duo}/saml2/sp/DI1/sso")),
        ),
        r(
            "https://sso.jumpcloud.com/saml2/door".to_owned(),
            SsoAddress,
            "jumpcloud",
            &[],
            json!({"sso_url": "https://sso.jumpcloud.com/saml2/door"}),
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row per input")]
fn others() {
    let idp = "https://idp.acme.org";
    let none = Value::Null;
    check(vec![
        row(idp, Issuer, "", &[], issuer("https://idp.acme.org")),
        row("http://idp.acme.org", Issuer, "", &[M::PlainHttp], issuer("https://idp.acme.org")),
        row(
            "https://idp.acme.org/metadata.xml",
            MetadataAddress,
            "",
            &[],
            url("https://idp.acme.org/metadata.xml"),
        ),
        row(
            "http://10.0.0.7:8443/saml/metadata",
            MetadataAddress,
            "",
            &[],
            url("http://10.0.0.7:8443/saml/metadata"),
        ),
        row(
            "https://idp.acme.org/a/.well-known/openid-configuration",
            OidcDiscovery,
            "",
            &[],
            issuer("https://idp.acme.org/a"),
        ),
        row(
            "https://idp.acme.org/.well-known/oauth-authorization-server/a",
            OidcDiscovery,
            "",
            &[],
            issuer(idp),
        ),
        row(
            "https://idp.acme.org/oauth2/authorize",
            OauthEndpoint,
            "",
            &[M::EndpointNotIssuer],
            none.clone(),
        ),
        row(
            "https://idp.acme.org/oidc/jwks.json",
            OauthEndpoint,
            "",
            &[M::EndpointNotIssuer],
            none.clone(),
        ),
        row(
            "https://idp.acme.org/saml/sso",
            SsoAddress,
            "",
            &[],
            json!({"sso_url": "https://idp.acme.org/saml/sso"}),
        ),
        row("https://idp.acme.org/start?x=1", Address, "", &[], none.clone()),
        row("https://auth.acme.org/dex", Address, "", &[], none.clone()),
        row(
            "see https://idp.acme.org/a.xml, Ann",
            MetadataAddress,
            "",
            &[],
            url("https://idp.acme.org/a.xml"),
        ),
        row("https://idp.acme.org/{realm}/x", Address, "", &[M::Placeholder], none.clone()),
        row("acme.org", Domain, "", &[M::DomainOnly], issuer("https://acme.org")),
        row("https://login.acme.test/saml/abc/acs", OwnAddress, "", &[M::OwnAddress], none.clone()),
        row("urn:acme:idp", EntityId, "", &[], json!({"idp_entity_id": "urn:acme:idp"})),
        row("ann@acme.org", EmailAddress, "", &[M::EmailAddress], none.clone()),
        row("mailto:ann@acme.org", EmailAddress, "", &[M::EmailAddress], none.clone()),
        row("10.0.0.7", IpAddress, "", &[M::IpAddress], none.clone()),
        row("192.0.2.7:8443", IpAddress, "", &[M::IpAddress], none.clone()),
        row("[2001:db8::1]", IpAddress, "", &[M::IpAddress], none.clone()),
        row("", Empty, "", &[M::Empty], none.clone()),
        row(" \r\n\u{feff}\" ", Empty, "", &[M::Empty], none.clone()),
        row(&"x".repeat(512 * 1024 + 1), TooLarge, "", &[M::TooLarge], none.clone()),
        row("hello", Unknown, "", &[M::Unknown], none.clone()),
        row("hello world, this is my metadata", Unknown, "", &[M::Unknown], none.clone()),
        row("ftp://idp.acme.org/metadata", Unknown, "", &[M::Unknown], none.clone()),
        row("https://ann:secret@idp.acme.org/metadata", Unknown, "", &[M::Unknown], none.clone()),
        row("javascript:alert(1)", Unknown, "", &[M::Unknown], none.clone()),
        row(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA ann",
            PublicKey,
            "",
            &[M::PublicKey],
            none.clone(),
        ),
        row(
            "AB:".repeat(20).trim_end_matches(':'),
            Fingerprint,
            "",
            &[M::FingerprintOnly],
            none.clone(),
        ),
        row(
            &format!("SHA256 Fingerprint={}", "0f".repeat(32)),
            Fingerprint,
            "",
            &[M::FingerprintOnly],
            none,
        ),
    ]);
    assert_eq!(found("http://idp.acme.org").wrong[0].instead.as_deref(), Some(idp));
}

#[test]
fn what_is_asked_is_what_would_be_used() {
    for (input, asked) in [
        ("acme.okta.com", Some("https://acme.okta.com/.well-known/openid-configuration")),
        (
            "http://acme.okta.com/app/exk1/sso/saml/metadata",
            Some("https://acme.okta.com/app/exk1/sso/saml/metadata"),
        ),
        ("https://idp.acme.org/start?x=1#top", Some("https://idp.acme.org/start?x=1")),
        ("http://idp.acme.org/start?x", Some("https://idp.acme.org/start?x")),
        ("https://idp.acme.org/saml2/idp", Some("https://idp.acme.org/saml2/idp")),
        (
            "https://auth.acme.org/dex",
            Some("https://auth.acme.org/dex/.well-known/openid-configuration"),
        ),
        ("Metadata URL: https://idp.acme.org/metadata", Some("https://idp.acme.org/metadata")),
        ("<https://idp.acme.org/metadata>", Some("https://idp.acme.org/metadata")),
        (
            "https://idp.acme.org/a/.well-known/openid-configuration",
            Some("https://idp.acme.org/a/.well-known/openid-configuration"),
        ),
        (
            "acme.onmicrosoft.com",
            Some(
                "https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0/.well-known/openid-configuration",
            ),
        ),
        ("https://login.microsoftonline.com/common/v2.0", None),
        ("https://login.acme.test/saml/abc/metadata", None),
        ("https://acme.okta.com/home/acme_app/0oa1/aln1", None),
        ("10.0.0.7", None),
        ("hello", None),
    ] {
        assert_eq!(found(input).ask.map(|ask| ask.url).as_deref(), asked, "{input}");
    }
}
