//! `OpenDocument` presentations (ISO/IEC 26300-1 §3.6, §9.1 and §10; part 3: the package).

use super::{
    Flaw, Form, Reading, SlidesFlaw, jpeg, links,
    package::{Package, Part},
    part, say, tidy,
    xml::{self, Element, Words},
};
use crate::value::{Slide, SlideBlock, Slides};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
/// What runs.
const PROGRAMS: [&str; 3] = ["Basic/", "Scripts/", "Dialogs/"];
/// Likenesses of objects, for programs that cannot draw them; their names have no ending.
const LIKENESSES: &str = "ObjectReplacements/";
/// A likeness of the first slide, the bars of a program, signatures of what was there before.
const DROPPED: [&str; 4] = ["Thumbnails/", "Configurations2/", "META-INF/", "manifest.rdf"];
/// Who made it and when; their printer and their window. Each object in the presentation has its own.
const DROPPED_FILES: [&str; 3] = ["meta.xml", "settings.xml", "layout-cache"];
/// Remarks, the words of the presenter, who changed what, what runs.
const DROPPED_ELEMENTS: [&str; 5] = ["annotation", "annotation-end", "notes", "tracked-changes", "scripts"];
/// What stands on every slide, and would be read aloud on every slide.
const REPEATED: [&str; 4] = ["header", "footer", "date-time", "page-number"];
/// Most spaces that one element stands for.
const MAX_SPACES: usize = 100;

/// Whether it is a presentation: its first part says so (part 3 §3.3).
pub(super) fn is_one(package: &Package) -> bool {
    let first = package.parts.first().filter(|part| part.name == part::MIMETYPE);
    first.is_some_and(|part| part.bytes.trim_ascii() == Form::Odp.mime().as_bytes())
}

/// The presentation without what tells of whoever made it.
pub(super) fn cleaned(package: Package) -> Result<Package, Flaw> {
    let manifest = xml::parse(package.need(MANIFEST)?)?;
    if manifest.find("encryption-data").is_some() {
        return Err(SlidesFlaw::Closed.into());
    }
    let mut parts = Vec::with_capacity(package.parts.len());
    for part in package.parts {
        if is_dropped(&part.name) {
            continue;
        }
        let runs = PROGRAMS.iter().any(|folder| part.name.starts_with(folder));
        let nameless = part.name == part::MIMETYPE || part.name.starts_with(LIKENESSES);
        if runs || !nameless && !part::is_shown(&part.name) {
            return Err(SlidesFlaw::Programs.into());
        }
        let bytes = clean(&part)?;
        if part::is_xml(&part.name) && part.name != MANIFEST {
            links::check(&bytes)?;
        }
        parts.push(Part { bytes, ..part });
    }
    Ok(Package { parts })
}

fn is_dropped(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name != MANIFEST && (DROPPED_FILES.contains(&file) || DROPPED.iter().any(|dropped| name.starts_with(dropped)))
}

fn clean(part: &Part) -> Result<Vec<u8>, Flaw> {
    if !part::is_xml(&part.name) {
        return Ok(jpeg::shorn(part.bytes.clone()));
    }
    let manifest = part.name == MANIFEST;
    xml::without(&part.bytes, |of, _| {
        let listed = of.prefixed("full-path").filter(|_| manifest);
        listed.is_some_and(is_dropped) || !manifest && DROPPED_ELEMENTS.contains(&of.name.as_str())
    })
}

/// What its slides say.
pub(super) fn read(package: &Package) -> Result<Slides, Flaw> {
    let content = xml::parse(package.need(CONTENT)?)?;
    let pages = content.child("body").and_then(|body| body.child("presentation"));
    let pages = pages
        .ok_or(Flaw::Damaged)?
        .elements()
        .filter(|page| page.name == "page");
    let mut reading = Reading::default();
    for page in pages {
        if reading.is_full() {
            break;
        }
        let mut slide = Slide::default();
        shapes(page, &mut slide);
        reading.add(slide);
    }
    Ok(reading.done())
}

fn shapes(around: &Element, slide: &mut Slide) {
    for shape in around.elements() {
        match shape.name.as_str() {
            "g" | "a" => {
                described(shape, slide);
                shapes(shape, slide);
            }
            "frame" => frame(shape, slide),
            // Everything else that is drawn: rectangles, ellipses, lines, shapes of one's own.
            _ => {
                described(shape, slide);
                for line in lines(shape) {
                    say(slide, &line);
                }
            }
        }
    }
}

fn frame(frame: &Element, slide: &mut Slide) {
    let class = frame.prefixed("class").unwrap_or_default();
    let empty = frame.prefixed("placeholder") == Some("true");
    if empty || REPEATED.contains(&class) {
        return;
    }
    // A table has a likeness beside it, and an object as well.
    if let Some(table) = frame.child("table") {
        described(frame, slide);
        let mut rows = Vec::new();
        table.walk(&mut |of| {
            if of.name == "table-row" {
                rows.push(row(of));
            }
        });
        slide.blocks.push(SlideBlock::Table(rows));
    } else if let Some(text) = frame.child("text-box") {
        described(frame, slide);
        if class == "title" && slide.title.is_empty() {
            slide.title = tidy(&lines(text).join(" "));
            return;
        }
        for line in lines(text) {
            say(slide, &line);
        }
    } else if frame.prefixed("decorative") != Some("true") {
        slide.blocks.push(SlideBlock::Picture(shown(frame)));
    }
}

/// What is said of a shape that is more than its words.
fn described(shape: &Element, slide: &mut Slide) {
    let shown = shown(shape);
    if !shown.is_empty() {
        slide.blocks.push(SlideBlock::Picture(shown));
    }
}

fn shown(shape: &Element) -> String {
    let said = shape.child("desc").or_else(|| shape.child("title"));
    said.map(|said| tidy(&said.words(&inside))).unwrap_or_default()
}

fn row(row: &Element) -> Vec<String> {
    let cells = row
        .elements()
        .filter(|cell| matches!(cell.name.as_str(), "table-cell" | "covered-table-cell"));
    cells.map(|cell| tidy(&lines(cell).join(" "))).collect()
}

/// The paragraphs of a text, those of its lists as well.
fn lines(text: &Element) -> Vec<String> {
    let mut lines = Vec::new();
    for child in text.elements() {
        match child.name.as_str() {
            "p" | "h" => lines.push(child.words(&inside)),
            "list" | "list-item" | "list-header" | "section" => lines.extend(self::lines(child)),
            _ => {}
        }
    }
    lines
}

fn inside(element: &Element) -> Words {
    match element.name.as_str() {
        "s" => {
            let count = element.prefixed("c").and_then(|count| count.parse().ok());
            Words::Space(count.unwrap_or(1).min(MAX_SPACES))
        }
        "tab" | "line-break" => Words::Space(1),
        "note" => Words::None,
        _ => Words::Own,
    }
}
