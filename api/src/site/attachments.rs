//! Videos and documents of an item, and the page on which a document is read.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use beffroi_schema::{
    board::{Attachment, Found, Item},
    id::{ItemId, MediaId},
    media::slides::Form,
    text::{NARROW_NO_BREAK, NO_BREAK, Tongue},
    value::{MediaKind, SlideBlock, Slides},
};
use uuid::Uuid;

use super::{Reader, absent, fault, words};
use crate::{pages, state::AppState};

/// A video or a document as a page shows it.
pub(super) struct Shown<'a> {
    pub video: bool,
    /// Where its bytes are.
    pub url: String,
    /// The page on which it is read.
    pub page: String,
    pub mime: &'a str,
    pub name: String,
    /// `PDF, 1,2 Mo`.
    pub about: String,
    pub width: i32,
    pub height: i32,
    pub alt: &'a str,
    pub credit: &'a str,
}

#[derive(Template)]
#[template(path = "site/document.html")]
struct DocumentPage<'a> {
    french: bool,
    authority: &'a str,
    authority_url: String,
    item: &'a str,
    item_url: String,
    kind: &'static str,
    language: &'a str,
    paragraphs: Vec<&'a str>,
    document: &'a Shown<'a>,
    /// Whether browsers show it themselves.
    embedded: bool,
    /// The language in which the item, and so most likely what it attaches, is written.
    written_in: &'a str,
    /// What a presentation says.
    slides: Option<&'a Slides>,
}

/// The videos and documents of an item, in order.
pub(super) fn shown<'a>(state: &AppState, found: &'a Found, reader: &Reader) -> Vec<Shown<'a>> {
    let files = found.item.attachments.iter();
    files.map(|file| one(state, found, file, reader)).collect()
}

fn one<'a>(state: &AppState, found: &'a Found, file: &'a Attachment, reader: &Reader) -> Shown<'a> {
    let item = &found.item;
    let page = state
        .addresses()
        .item(&found.board.places.authority.slug, item.kind(), item.id);
    let video = file.kind == MediaKind::Video;
    let nameless = if video {
        reader.say("Vidéo", "Video")
    } else {
        reader.say("Document", "Document")
    };
    Shown {
        video,
        url: state.addresses().picture(&file.sha256),
        page: format!("{page}/{}", file.id),
        mime: &file.mime,
        name: file.name.clone().unwrap_or_else(|| nameless.to_owned()),
        about: about(file, reader.tongue()),
        width: file.width,
        height: file.height,
        alt: file
            .alt
            .choose(&reader.wanted, &item.content.language)
            .unwrap_or_default(),
        credit: file.credit.as_deref().unwrap_or_default(),
    }
}

/// What to expect before it is loaded: `PDF, 1,2 Mo`, `PPTX, 8 Mo`, `2 min 5 s, 34 Mo`.
fn about(file: &Attachment, tongue: Tongue) -> String {
    let first = file.duration_ms.map_or_else(|| form(file).to_owned(), length);
    format!("{first}, {}", weight(file.size, tongue))
}

/// What people call the form of a document.
fn form(file: &Attachment) -> &'static str {
    Form::of(&file.mime).map_or("PDF", Form::name)
}

fn length(milliseconds: i64) -> String {
    let seconds = (milliseconds + 500) / 1000;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}{NO_BREAK}s"),
        (minutes, 0) => format!("{minutes}{NO_BREAK}min"),
        (minutes, seconds) => format!("{minutes}{NO_BREAK}min{NO_BREAK}{seconds}{NO_BREAK}s"),
    }
}

fn weight(bytes: i64, tongue: Tongue) -> String {
    let kilobytes = (bytes + 500) / 1000;
    if kilobytes < 1000 {
        let unit = tongue.pick("ko", "kB");
        return format!("{}{NARROW_NO_BREAK}{unit}", kilobytes.max(1));
    }
    let tenths = (bytes + 50_000) / 100_000;
    let (comma, unit) = (tongue.pick(",", "."), tongue.pick("Mo", "MB"));
    match (tenths / 10, tenths % 10) {
        (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}{comma}{tenth}{NARROW_NO_BREAK}{unit}"),
        (whole, _) => format!("{whole}{NARROW_NO_BREAK}{unit}"),
    }
}

/// `/valbourg/article/0190…/0191…`: a document, read in the browser or taken along, with its words for whoever can do
/// neither.
pub(super) async fn page(
    State(state): State<AppState>,
    Path((slug, kind, id, file)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let reader = Reader::of(&headers);
    let (Ok(id), Ok(file)) = (id.parse::<Uuid>(), file.parse::<Uuid>()) else {
        return absent(&reader);
    };
    let found = match state.boards().item(ItemId(id)).await {
        Ok(Some(found)) => found,
        Ok(None) => return absent(&reader),
        Err(error) => return fault(&reader, &error),
    };
    let public = found.item.is_public() && found.item.is_shown(state.store().clock().now());
    let here = found.board.places.authority.slug == slug && found.item.kind().as_str() == kind;
    let document = document(&found.item, MediaId(file)).filter(|_| public && here);
    let Some(document) = document else {
        return absent(&reader);
    };
    match state.store().slides(&document.sha256).await {
        Ok(slides) => read(&state, &found, document, slides.as_ref(), &reader).unwrap_or_else(|| absent(&reader)),
        Err(error) => fault(&reader, &error),
    }
}

fn document(item: &Item, id: MediaId) -> Option<&Attachment> {
    let mut documents = item.attachments.iter().filter(|file| file.kind == MediaKind::Document);
    documents.find(|file| file.id == id)
}

fn read(
    state: &AppState,
    found: &Found,
    file: &Attachment,
    slides: Option<&Slides>,
    reader: &Reader,
) -> Option<Response> {
    let content = &found.item.content;
    let (language, text) = content.texts.choose(&reader.wanted, &content.language)?;
    let authority = &found.board.places.authority;
    let document = one(state, found, file, reader);
    Some(pages::html(&DocumentPage {
        french: reader.french,
        authority: &authority.name,
        authority_url: state.addresses().authority(&authority.slug),
        item: &text.title,
        item_url: state
            .addresses()
            .item(&authority.slug, found.item.kind(), found.item.id),
        kind: words::kind(found.item.kind(), reader),
        language: language.as_str(),
        paragraphs: document
            .alt
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect(),
        document: &document,
        embedded: Form::of(&file.mime).is_none(),
        written_in: content.language.as_str(),
        slides,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_expect_is_said_as_people_say_it() {
        for (bytes, french, english) in [
            (3, "1\u{202f}ko", "1\u{202f}kB"),
            (420_000, "420\u{202f}ko", "420\u{202f}kB"),
            (1_234_567, "1,2\u{202f}Mo", "1.2\u{202f}MB"),
            (2_000_000, "2\u{202f}Mo", "2\u{202f}MB"),
            (34_600_000, "34\u{202f}Mo", "34\u{202f}MB"),
        ] {
            assert_eq!(weight(bytes, Tongue::French), french);
            assert_eq!(weight(bytes, Tongue::English), english);
        }
        assert_eq!(length(125_400), "2\u{a0}min\u{a0}5\u{a0}s");
        assert_eq!(
            (length(59_000), length(120_000)),
            ("59\u{a0}s".to_owned(), "2\u{a0}min".to_owned())
        );
    }
}
