//! All addresses with their documentation; each module holds the handlers of one group.

mod charts;
mod dictionary;
pub(crate) mod documented;
pub(crate) mod examples;
mod package;
mod pages;
mod releases;
mod requests;
mod series;
mod service;
mod tables;
pub(crate) mod trends;
mod withdrawn;

use panoh_pages::PAGES;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Served;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Panoh, published releases",
        version = "1",
        description = "Noise-protected counts of registered persons. Every value is an unbiased estimate with its \
                       standard error and 95 % interval; the same question always has the same answer.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    // The shared refusals refer to it, and references from them are not collected.
    components(schemas(crate::Problem)),
    modifiers(&Tokens),
    servers((url = "/", description = "This server")),
    tags(
        (name = "trends", description = "The newest public figures on routes, destinations and gender."),
        (name = "releases", description = "Releases, their tables, and any slice or roll-up of them."),
        (name = "requests", description = "Asking for tables that do not exist yet; needs the token of a project."),
        (name = "service", description = "Codes, health and this document.")
    )
)]
struct Document;

/// The one way to show who asks.
struct Tokens;

impl utoipa::Modify for Tokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// Every address, documented ones first.
pub(crate) fn all() -> OpenApiRouter<Served> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(trends::routes))
        .routes(routes!(trends::destinations))
        .routes(routes!(trends::gender))
        .routes(routes!(charts::chart))
        .routes(routes!(releases::list))
        .routes(routes!(releases::one))
        .routes(routes!(package::package))
        .routes(routes!(series::list))
        .routes(routes!(withdrawn::withdrawn))
        .routes(routes!(tables::table))
        .routes(routes!(tables::cube))
        .routes(routes!(requests::catalogue))
        .routes(routes!(requests::ask, requests::list))
        .routes(routes!(requests::one))
        .routes(routes!(dictionary::dictionary))
        .routes(routes!(service::openapi))
        .routes(routes!(service::health))
        .routes(routes!(service::metrics))
        .route("/assets/style.css", axum::routing::get(pages::style))
        .merge(all_pages())
}

/// The pages for people.
fn all_pages() -> OpenApiRouter<Served> {
    PAGES.iter().fold(OpenApiRouter::new(), |router, (name, path)| {
        router.route(path, axum::routing::get(move |sight, asked| pages::page(*name, sight, asked)))
    })
}

/// The OpenAPI document, indented, with a newline at the end.
pub(crate) fn openapi_document() -> String {
    let (_, mut document) = all().split_for_parts();
    examples::add(&mut document);
    let mut text = document.to_pretty_json().expect("a document holds only text");
    text.push('\n');
    text
}
