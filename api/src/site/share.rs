//! How an item travels: links that open a network's own composer, without any script of others; and a QR code, for
//! posters.

use std::fmt::Write as _;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use beffroi_schema::board::Found;
use qrcode::{Color, EcLevel, QrCode};
use url::Url;

use super::{Reader, absent, item};
use crate::state::AppState;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;
/// A code shows an address, which does not change.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Where a reader can share an item, with the network's name.
pub(super) struct Share {
    pub(super) name: &'static str,
    pub(super) href: String,
}

/// Names and values of a link's parameters.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The links of an item that is called `title` and stands at `address`.
pub(super) fn links(title: &str, address: &str, reader: &Reader) -> Vec<Share> {
    let both = format!("{title} {address}");
    let offered: [(&str, &str, Pairs<'_>); 7] = [
        (
            reader.say("Courriel", "E-mail"),
            "mailto:",
            &[("subject", title), ("body", address)],
        ),
        ("SMS", "sms:", &[("body", &both)]),
        ("WhatsApp", "https://wa.me/", &[("text", &both)]),
        (
            "Telegram",
            "https://t.me/share/url",
            &[("url", address), ("text", title)],
        ),
        (
            "Facebook",
            "https://www.facebook.com/sharer/sharer.php",
            &[("u", address)],
        ),
        ("Bluesky", "https://bsky.app/intent/compose", &[("text", &both)]),
        (
            "LinkedIn",
            "https://www.linkedin.com/sharing/share-offsite/",
            &[("url", address)],
        ),
    ];
    let links = offered.into_iter().filter_map(|(name, base, pairs)| {
        let mut url = Url::parse(base).ok()?;
        url.query_pairs_mut().extend_pairs(pairs);
        // A mail program shows a `+` as it stands (RFC 6068 §5).
        let href = String::from(url).replace('+', "%20");
        Some(Share { name, href })
    });
    links.collect()
}

/// `/valbourg/event/0190…/qr.svg`: the address of the page, to be photographed.
pub(super) async fn code(
    State(state): State<AppState>,
    Path((slug, kind, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers);
    let Found { board, item } = match item::public(&state, (&slug, &kind, &id), &reader).await {
        Ok(found) => found,
        Err(other) => return other,
    };
    let authority = &board.places.authority.slug;
    let address = state.addresses().item(authority, item.kind(), item.id);
    let Some(drawn) = draw(&address) else {
        return absent(&reader);
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, CACHING),
    ];
    (headers, drawn).into_response()
}

/// One path of squares, dark on light whatever the page's colours; none: the address is too long for a code.
fn draw(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let (width, modules) = (code.width(), code.to_colors());
    let dark = modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark);
    let squares = dark.fold(String::new(), |mut squares, (at, _)| {
        let (x, y) = (at % width + QUIET_ZONE, at / width + QUIET_ZONE);
        // Writing to a text does not fail.
        let _ = write!(squares, "M{x} {y}h1v1h-1z");
        squares
    });
    let side = width + 2 * QUIET_ZONE;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{squares}\"/></svg>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_with_its_quiet_zone() {
        let address = "https://ville.example/valbourg/event/01975a3e-8c00-7000-8000-000000000001";
        let drawn = draw(address).unwrap();
        // Version 5, level M: 37 modules hold 84 bytes.
        assert!(drawn.contains("viewBox=\"0 0 45 45\""), "{drawn}");
        assert!(drawn.contains("M4 4h1v1h-1z"), "the corner of a finder pattern");
        assert!(
            !drawn.contains("M3 ") && !drawn.contains("M41 "),
            "nothing in the quiet zone"
        );
        assert_eq!(draw(&"x".repeat(3_000)), None);
    }
}
