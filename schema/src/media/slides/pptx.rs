//! Office Open XML (ISO/IEC 29500-1 §13: `PresentationML`; §21: `DrawingML`; part 2: the package).

use std::collections::{HashMap, HashSet};

use super::{
    Flaw, Reading, SlidesFlaw, jpeg, links,
    package::{Package, Part},
    part, say, tidy,
    xml::{self, Element, Words},
};
use crate::value::{Slide, SlideBlock, Slides};

const CONTENT_TYPES: &str = "[Content_Types].xml";
const MAIN: &str = "ppt/presentation.xml";
/// Who made the presentation, when, with which program, under which label; who changed what; who remarked; a likeness of
/// the first slide as it once was; signatures of what was there before; the tables behind charts, of which the chart itself keeps what it draws.
const DROPPED: [&str; 8] = [
    "_xmlsignatures/",
    "docProps/",
    "docMetadata/",
    "ppt/changesInfos/",
    "ppt/revisionInfo.xml",
    "ppt/commentAuthors.xml",
    "ppt/authors.xml",
    EMBEDDED,
];
const EMBEDDED: &str = "ppt/embeddings/";
const CHARTS: &str = "ppt/charts/";
/// What other parts name, and so stays as an empty sheet: the words of the presenter, remarks, what programs note.
const NOTES: &str = "ppt/notesSlides/";
const REMARKS: [&str; 2] = ["ppt/comments/", "customXml/item"];
const PROPERTIES: &str = "customXml/itemProps";
/// What may lie outside: what a person chooses to follow.
const FOLLOWED: [&str; 4] = ["/hyperlink", "/video", "/audio", "/media"];
/// Shapes of the notes of a slide (§19.3.1.43).
const SHAPES: [&str; 7] = [
    "sp",
    "pic",
    "graphicFrame",
    "grpSp",
    "cxnSp",
    "contentPart",
    "AlternateContent",
];
/// What stands on every slide, and would be read aloud on every slide.
const REPEATED: [&str; 4] = ["sldNum", "dt", "ftr", "hdr"];

/// Whether it is a presentation.
pub(super) fn is_one(package: &Package) -> bool {
    package.get(CONTENT_TYPES).is_some() && package.get(MAIN).is_some()
}

/// The presentation without what tells of whoever made it.
pub(super) fn cleaned(package: Package) -> Result<Package, Flaw> {
    check_types(package.need(CONTENT_TYPES)?)?;
    let mut parts = Vec::with_capacity(package.parts.len());
    for part in package.parts {
        if !part::is_shown(&part.name) && !is_dropped(&part.name) {
            return Err(SlidesFlaw::Programs.into());
        }
        if !is_dropped(&part.name) && !is_dropped(&source_of(&part.name)) {
            let bytes = clean(&part)?;
            // What other parts fetch, their relations say.
            if part::ending(&part.name) == "svg" {
                links::check(&bytes)?;
            }
            parts.push(Part { bytes, ..part });
        }
    }
    Ok(Package { parts })
}

fn is_dropped(name: &str) -> bool {
    DROPPED.iter().any(|dropped| name.starts_with(dropped))
}

/// Refuses what says that it runs.
fn check_types(bytes: &[u8]) -> Result<(), Flaw> {
    let types = xml::parse(bytes)?;
    for declared in types.elements() {
        let kind = declared.plain("ContentType").unwrap_or_default();
        if ["macroEnabled", "vbaProject", "activeX"]
            .iter()
            .any(|runs| kind.contains(runs))
        {
            return Err(SlidesFlaw::Programs.into());
        }
    }
    Ok(())
}

fn clean(part: &Part) -> Result<Vec<u8>, Flaw> {
    let name = part.name.as_str();
    if !part::is_xml(name) {
        return Ok(jpeg::shorn(part.bytes.clone()));
    }
    if name == CONTENT_TYPES {
        let gone = |of: &Element| {
            of.plain("PartName")
                .is_some_and(|name| is_dropped(name.trim_start_matches('/')))
        };
        return xml::without(&part.bytes, |of, _| gone(of));
    }
    if part::ending(name) == "rels" {
        return clean_relations(part);
    }
    let remark = REMARKS.iter().any(|remarks| name.starts_with(remarks)) && !name.starts_with(PROPERTIES);
    xml::without(&part.bytes, |of, depth| {
        remark && depth > 0
            || name.starts_with(NOTES) && SHAPES.contains(&of.name.as_str())
            || name.starts_with(CHARTS) && of.name == "externalData"
    })
}

/// Relations without those to what is dropped. Refuses those that fetch, and those to files in the file.
fn clean_relations(part: &Part) -> Result<Vec<u8>, Flaw> {
    let source = source_of(&part.name);
    for relation in xml::parse(&part.bytes)?.elements() {
        let kind = relation.plain("Type").unwrap_or_default();
        let outside = relation.plain("TargetMode") == Some("External");
        if outside && !is_mute(&source) && !FOLLOWED.iter().any(|followed| kind.ends_with(followed)) {
            return Err(SlidesFlaw::Elsewhere.into());
        }
        let target = resolve(&source, relation.plain("Target").unwrap_or_default());
        if !outside && target.starts_with(EMBEDDED) && !source.starts_with(CHARTS) {
            return Err(SlidesFlaw::Programs.into());
        }
    }
    xml::without(&part.bytes, |relation, _| {
        let Some(target) = relation.plain("Target") else {
            return false;
        };
        if relation.plain("TargetMode") == Some("External") {
            return is_mute(&source);
        }
        is_dropped(&resolve(&source, target))
    })
}

/// Whether nothing of a part is kept that could name what lies outside.
fn is_mute(source: &str) -> bool {
    source.starts_with(NOTES) || source.starts_with(CHARTS) || REMARKS.iter().any(|remarks| source.starts_with(remarks))
}

/// The part whose relations these are: `ppt/_rels/presentation.xml.rels` are those of `ppt/presentation.xml`.
fn source_of(relations: &str) -> String {
    let source = relations.strip_suffix(".rels").unwrap_or(relations);
    source.strip_prefix("_rels/").unwrap_or(source).replace("/_rels/", "/")
}

/// What `target` means in `source` (part 2 §6.2.2).
fn resolve(source: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop()),
            "" | "." => {}
            step => path.push(step),
        }
    }
    path.join("/")
}

/// What its slides say.
pub(super) fn read(package: &Package) -> Result<Slides, Flaw> {
    let main = xml::parse(package.need(MAIN)?)?;
    let relations = relations(package, MAIN)?;
    let (mut reading, mut known) = (Reading::default(), HashSet::new());
    let listed = main.child("sldIdLst");
    for id in listed
        .iter()
        .flat_map(|list| list.elements())
        .filter(|id| id.name == "sldId")
    {
        if reading.is_full() {
            break;
        }
        let path = id
            .prefixed("id")
            .and_then(|id| relations.get(id))
            .ok_or(Flaw::Damaged)?;
        // One that is shown again and again would be read as often.
        if !known.insert(path) {
            return Err(Flaw::Damaged);
        }
        reading.add(slide(package, path)?);
    }
    Ok(reading.done())
}

/// What a part names: by the names that it uses.
fn relations(package: &Package, source: &str) -> Result<HashMap<String, String>, Flaw> {
    let (folder, file) = source.rsplit_once('/').unwrap_or(("", source));
    let Some(bytes) = package.get(&format!("{folder}/_rels/{file}.rels")) else {
        return Ok(HashMap::new());
    };
    let named = |relation: &Element| {
        let (id, target) = (relation.plain("Id")?, relation.plain("Target")?);
        Some((id.to_owned(), resolve(source, target)))
    };
    Ok(xml::parse(bytes)?.elements().filter_map(named).collect())
}

fn slide(package: &Package, path: &str) -> Result<Slide, Flaw> {
    let root = xml::parse(package.need(path)?)?;
    let mut page = Page {
        package,
        relations: relations(package, path)?,
        slide: Slide::default(),
    };
    if let Some(tree) = root.child("cSld").and_then(|content| content.child("spTree")) {
        page.shapes(tree)?;
    }
    Ok(page.slide)
}

/// A slide that is being read. The order of its shapes is the order in which they are read aloud.
struct Page<'a> {
    package: &'a Package,
    relations: HashMap<String, String>,
    slide: Slide,
}

impl Page<'_> {
    fn shapes(&mut self, tree: &Element) -> Result<(), Flaw> {
        for shape in tree.elements() {
            match shape.name.as_str() {
                "sp" => self.shape(shape),
                "pic" => self.picture(shape),
                "graphicFrame" => self.frame(shape)?,
                "cxnSp" => self.described(shape),
                "grpSp" => {
                    self.described(shape);
                    self.shapes(shape)?;
                }
                // The same for newer and for older programs.
                "AlternateContent" => {
                    if let Some(choice) = shape.child("Choice").or_else(|| shape.child("Fallback")) {
                        self.shapes(choice)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn shape(&mut self, shape: &Element) {
        let place = about(shape).and_then(|about| about.find("ph"));
        let place = place.and_then(|place| place.plain("type")).unwrap_or_default();
        if REPEATED.contains(&place) {
            return;
        }
        self.described(shape);
        let Some(words) = shape.child("txBody") else { return };
        if matches!(place, "title" | "ctrTitle") && self.slide.title.is_empty() {
            self.slide.title = tidy(&lines(words).join(" "));
            return;
        }
        for line in lines(words) {
            say(&mut self.slide, &line);
        }
    }

    fn picture(&mut self, shape: &Element) {
        let properties = properties(shape);
        let decorative = properties.and_then(|of| of.find("decorative"));
        if decorative.and_then(|of| of.plain("val")) == Some("1") {
            return;
        }
        let shown = properties.and_then(|of| of.plain("descr")).unwrap_or_default();
        self.slide.blocks.push(SlideBlock::Picture(tidy(shown)));
    }

    /// What is said of a shape that is more than its words.
    fn described(&mut self, shape: &Element) {
        let shown = properties(shape).and_then(|of| of.plain("descr")).map(tidy);
        if let Some(shown) = shown.filter(|shown| !shown.is_empty()) {
            self.slide.blocks.push(SlideBlock::Picture(shown));
        }
    }

    /// A table, a diagram or a chart.
    fn frame(&mut self, frame: &Element) -> Result<(), Flaw> {
        self.described(frame);
        if let Some(table) = frame.find("tbl") {
            let rows = table.elements().filter(|row| row.name == "tr").map(row);
            self.slide.blocks.push(SlideBlock::Table(rows.collect()));
        }
        let diagram = frame.find("relIds").and_then(|ids| ids.prefixed("dm"));
        let Some(path) = diagram.and_then(|id| self.relations.get(id)) else {
            return Ok(());
        };
        let Some(bytes) = self.package.get(path) else {
            return Ok(());
        };
        let mut said = Vec::new();
        xml::parse(bytes)?.walk(&mut |of| {
            if of.name == "t" && of.child("p").is_some() {
                said.extend(lines(of));
            }
        });
        for line in said {
            say(&mut self.slide, &line);
        }
        Ok(())
    }
}

fn row(row: &Element) -> Vec<String> {
    let cells = row.elements().filter(|cell| cell.name == "tc");
    let words = cells.map(|cell| cell.child("txBody").map(lines).unwrap_or_default());
    words.map(|lines| tidy(&lines.join(" "))).collect()
}

/// What is said of a shape: `nvSpPr`, `nvPicPr` and so on.
fn about(shape: &Element) -> Option<&Element> {
    shape.elements().find(|child| child.name.starts_with("nv"))
}

fn properties(shape: &Element) -> Option<&Element> {
    about(shape)?.child("cNvPr")
}

/// The paragraphs of a text.
fn lines(text: &Element) -> Vec<String> {
    let paragraphs = text.elements().filter(|child| child.name == "p");
    paragraphs.map(|paragraph| paragraph.words(&inside)).collect()
}

fn inside(element: &Element) -> Words {
    match element.name.as_str() {
        "br" | "tab" => Words::Space(1),
        "pPr" | "rPr" | "endParaRPr" | "Fallback" => Words::None,
        _ => Words::Own,
    }
}
