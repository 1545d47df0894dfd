//! What a program fetches by itself when it shows a presentation.

use super::{
    Flaw, SlidesFlaw,
    xml::{self, Element},
};

/// Elements that show, or play, what their address names: of `OpenDocument` (ISO/IEC 26300-1 §10.4, §16.40 and §19.914),
/// and of SVG. What a person chooses to follow (`text:a`, `draw:a`) may lead anywhere.
const FETCHING: [&str; 10] = [
    "image",
    "fill-image",
    "background-image",
    "list-level-style-image",
    "object",
    "plugin",
    "floating-frame",
    "sound",
    "use",
    "feImage",
];
/// Elements that run.
const RUNNING: [&str; 3] = ["object-ole", "applet", "script"];

/// Refuses a part that fetches, or runs.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let mut flaw = None;
    xml::parse(bytes)?.walk(&mut |of| {
        if RUNNING.contains(&of.name.as_str()) {
            flaw = Some(SlidesFlaw::Programs);
        } else if FETCHING.contains(&of.name.as_str()) && address(of).is_some_and(is_outside) {
            flaw = Some(SlidesFlaw::Elsewhere);
        }
    });
    flaw.map_or(Ok(()), |flaw| Err(flaw.into()))
}

/// SVG 2 writes it without the prefix.
fn address(element: &Element) -> Option<&str> {
    element.prefixed("href").or_else(|| element.plain("href"))
}

/// `../` leaves the archive (ISO/IEC 26300-3 §3.7); what is in the address itself is fetched from nowhere.
fn is_outside(link: &str) -> bool {
    !link.starts_with("data:") && (link.contains(':') || link.starts_with("..") || link.starts_with('/'))
}
