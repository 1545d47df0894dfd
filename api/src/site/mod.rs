//! The public pages: the authorities, what an authority publishes, and the one canonical page of each item. French and
//! English, no script; shares of a link look right (Open Graph), and search engines understand it (JSON-LD).

mod attachments;
mod dates;
mod embed;
pub(crate) mod feeds;
mod home;
mod hub;
mod item;
mod linked_data;
mod media;
mod share;
mod words;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::get,
};
use beffroi_schema::{store::StoreError, text::Tongue, value::Language};

use crate::{language, pages, state::AppState};

/// Nothing from elsewhere, no script, no frame around us.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The same, but for frames: what is meant to stand in others' pages may.
const EMBED_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *",
);
/// Caches may keep a page for some seconds.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=10, stale-while-revalidate=60");
/// Pages are in the reader's language, and for people: programs of the fediverse are led elsewhere.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Language");

/// The pages' routes.
pub(crate) fn routes() -> Router<AppState> {
    let pages = Router::new()
        .route("/", get(home::authorities))
        .route("/{slug}", get(home::authority))
        .route("/{slug}/feeds", get(feeds::page))
        .route("/{slug}/{kind}/{id}", get(item::page))
        .route("/{slug}/{kind}/{id}/{document}", get(attachments::page))
        .layer(from_fn(public));
    let embedded = Router::new()
        .route("/{slug}/embed", get(embed::list))
        .route("/{slug}/{kind}/{id}/embed", get(embed::one))
        .layer(from_fn(embeddable))
        .layer(from_fn(public));
    pages
        .merge(embedded)
        .merge(feeds::routes())
        .merge(hub::routes())
        .route("/{slug}/{kind}/{id}/qr.svg", get(share::code))
        .route("/media/{sha256}", get(media::file))
}

async fn public(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(header::CACHE_CONTROL, CACHING);
    headers.insert(header::VARY, VARY);
    response
}

async fn embeddable(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, EMBED_POLICY);
    response
}

/// Who reads: the languages wanted, and which of the two languages of our own sentences.
struct Reader {
    wanted: Vec<Language>,
    french: bool,
}

impl Reader {
    fn of(headers: &axum::http::HeaderMap) -> Self {
        Self::asking(headers, None)
    }

    /// Of somebody whose address may name the languages.
    fn asking(headers: &axum::http::HeaderMap, in_address: Option<&str>) -> Self {
        let wanted = language::wanted(headers, in_address);
        Self {
            french: language::is_french(&wanted),
            wanted,
        }
    }

    fn tongue(&self) -> Tongue {
        if self.french { Tongue::French } else { Tongue::English }
    }

    /// The sentence in the reader's language.
    fn say<'a>(&self, fr: &'a str, en: &'a str) -> &'a str {
        if self.french { fr } else { en }
    }
}

fn absent(reader: &Reader) -> Response {
    let title = reader.say("Cette page n’existe pas", "There is no such page");
    let text = reader.say(
        "Vérifiez l’adresse, ou repartez de l’accueil.",
        "Check the address, or start from the first page.",
    );
    (StatusCode::NOT_FOUND, pages::said(reader.french, title, text)).into_response()
}

fn fault(reader: &Reader, error: &StoreError) -> Response {
    tracing::error!(cause = ?error, "a page could not be answered: {error}");
    let title = reader.say("Une panne de notre côté", "A fault on our side");
    let text = reader.say("Réessayez dans un instant.", "Try again in a moment.");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        pages::said(reader.french, title, text),
    )
        .into_response()
}
