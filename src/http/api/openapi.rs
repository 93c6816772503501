//! The OpenAPI document, generated from the handlers.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    activity, apps, attempts, audit, connections, domains, end_access, enforcement, me, notices,
    organizations, owners, people, presets, problem, reasons, recognise, relinks, roles, route_map,
    sessions, settings, setup_links, signing_keys, tokens, users,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Doorward admin API",
        description = "Organizations, their identity providers, and the apps people sign in to. Send a token made by `doorward token create` as bearer token. An owner's browser session may call too: every request but GET then carries the `X-CSRF-Token` that `GET /api/v1/me` gives. Whatever changes, puts into use or removes a thing that has a version names the version it was made from: send the ETag of what you read as If-Match (`*` for whichever is there). Errors are problem+json (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        me::find,
        organizations::list, organizations::create, organizations::find, organizations::update,
        organizations::delete, organizations::tiles, route_map::find, route_map::preview, domains::list, domains::find, domains::put,
        domains::update, domains::check, domains::accept, domains::delete, enforcement::find,
        enforcement::put, people::list_invitations, people::invite, people::find_invitation,
        people::revoke_invitation, people::find_first_owner, people::name_first_owner,
        people::delete_first_owner, relinks::list_relinks, relinks::find_relink,
        relinks::approve_relink, relinks::refuse_relink, relinks::separate_relink,
        relinks::undo_relink, relinks::delete_relink,
        connections::list, connections::create, connections::find, connections::update,
        connections::delete, connections::put_draft, connections::delete_draft,
        connections::activate, connections::go_back, connections::test,
        connections::revisions, connections::capture_on, connections::capture_off,
        setup_links::list, setup_links::create, setup_links::revoke, setup_links::finish,
        apps::list, apps::create, apps::find, apps::update, apps::delete, apps::rotate_secret,
        apps::mismatches, reasons::list,
        users::list, users::create, users::find, users::update, users::delete,
        users::end_sessions, users::password_link, users::password_links,
        end_access::end, end_access::find,
        owners::list, owners::create, owners::find, owners::delete, owners::issue_link,
        owners::start_drill, notices::list, notices::acknowledge,
        roles::list, roles::create, roles::find, roles::update, roles::delete, roles::mappings,
        roles::put_mappings, roles::preview_mappings, roles::put_user_roles, roles::preview_token,
        sessions::list, sessions::end, attempts::list, attempts::find, attempts::reveal,
        attempts::fix, attempts::replay, activity::load,
        tokens::list, tokens::create, tokens::revoke,
        settings::find, settings::update, signing_keys::list, signing_keys::rotate, presets::list, presets::find,
        recognise::recognise, audit::list,
    ),
    components(schemas(problem::Problem)),
    modifiers(&Common),
)]
struct Document;

/// What every operation has: a bearer token in, problem+json out when it fails.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_with(Components::new)
            .add_security_scheme("token", bearer);
        let problem = ResponseBuilder::new()
            .description("What went wrong, and what to do.")
            .content(
                "application/problem+json",
                Content::new(Some(Ref::from_schema_name("Problem"))),
            )
            .build();
        for item in document.paths.paths.values_mut() {
            let operations: [&mut Option<Operation>; 5] =
                [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                let answers = &mut operation.responses.responses;
                answers.insert("default".to_owned(), problem.clone().into());
                let token = SecurityRequirement::new("token", Vec::<String>::new());
                operation.security = Some(vec![token]);
            }
        }
    }
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    Document::openapi().to_pretty_json().map_or_else(
        |_| String::new(),
        |mut text| {
            text.push('\n');
            text
        },
    )
});

/// The document as it stands in `web/openapi.json`.
pub fn document() -> &'static str {
    &DOCUMENT
}

pub(super) async fn serve() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(document())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::document;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");

    #[test]
    fn the_checked_in_document_is_the_one_the_handlers_give() {
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(FILE, document()).unwrap();
        }
        let kept = std::fs::read_to_string(FILE).unwrap_or_default();
        assert!(
            kept == document(),
            "web/openapi.json has drifted; refresh it with: UPDATE_OPENAPI=1 cargo test --lib openapi"
        );
    }

    /// The types of the files below `folder` that become schemas, by name.
    fn schemas(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                schemas(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("ToSchema)]\n") {
                let words = text[at..].split(|c: char| !c.is_alphanumeric() && c != '_');
                let mut after = words.skip_while(|word| !["struct", "enum"].contains(word)).skip(1);
                found.push(after.next().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn no_two_schemas_share_a_name() {
        // The document keeps the last of them, and says nothing of the other.
        let mut found = Vec::new();
        schemas(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
        assert!(found.len() > 50, "{found:?}");
        found.sort();
        for two in found.windows(2) {
            assert_ne!(two[0], two[1], "name one of them otherwise");
        }
    }
}
