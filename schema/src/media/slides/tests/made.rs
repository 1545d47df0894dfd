//! Presentations as programs write them, in a few lines.

use std::io::{Cursor, Write as _};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::Form;

/// Namespaces, as programs declare them.
pub(super) const SPACES: &str = r#"xmlns:a="a" xmlns:r="r" xmlns:p="p""#;

pub(super) type Files = Vec<(&'static str, Vec<u8>)>;

pub(super) fn packed(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn shape(place: &str, text: &str) -> String {
    format!(
        r#"<p:sp><p:nvSpPr><p:cNvPr id="2" name="x"/><p:nvPr><p:ph type="{place}"/></p:nvPr></p:nvSpPr>
        <p:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="fr"/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"#
    )
}

pub(super) fn slide(shapes: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!-- remark by Jeanne -->
        <p:sld {SPACES}><p:cSld><p:spTree><p:nvGrpSpPr/>{shapes}</p:spTree></p:cSld></p:sld>"#
    )
    .into_bytes()
}

pub(super) fn relations(lines: &str) -> Vec<u8> {
    format!(r#"<Relationships xmlns="rels">{lines}</Relationships>"#).into_bytes()
}

pub(super) fn relation(id: &str, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/>"#)
}

/// The first as it is shown, and the second.
fn slides() -> [Vec<u8>; 2] {
    let table = r#"<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="t" descr="Le budget en trois lignes"/></p:nvGraphicFramePr>
        <a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>École</a:t></a:r></a:p></a:txBody></a:tc>
        <a:tc><a:txBody><a:p><a:r><a:t>12&#160;000&#8239;€</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>"#;
    let pictures = r#"<p:grpSp><p:nvGrpSpPr/><p:pic><p:nvPicPr><p:cNvPr id="5" name="i" descr="La place, vue du beffroi"/></p:nvPicPr></p:pic>
        <p:pic><p:nvPicPr><p:cNvPr id="6" name="j"/></p:nvPicPr></p:pic>
        <p:pic><p:nvPicPr><p:cNvPr id="7" name="k" descr="trait"><a:ext><adec:decorative xmlns:adec="d" val="1"/></a:ext></p:cNvPr></p:nvPicPr></p:pic></p:grpSp>"#;
    let either = format!(
        r#"<mc:AlternateContent xmlns:mc="mc"><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"#,
        shape("body", "Une fois"),
        shape("body", "Deux fois")
    );
    let first = [
        shape("ctrTitle", "Conseil &amp; budget"),
        shape("sldNum", "1"),
        table.to_owned(),
    ]
    .concat();
    let second = [
        shape("body", "Avant le titre"),
        shape("title", "Travaux"),
        pictures.to_owned(),
        either,
    ]
    .concat();
    [slide(&first), slide(&second)]
}

/// Two slides, the second of which was made first.
pub(super) fn pptx() -> Files {
    let [first, second] = slides();
    let types = r#"<Types xmlns="types"><Default Extension="xml" ContentType="application/xml"/>
        <Override PartName="/ppt/presentation.xml" ContentType="presentationml.presentation.main+xml"/>
        <Override PartName="/docProps/core.xml" ContentType="core"/></Types>"#;
    let main = format!(
        r#"<p:presentation {SPACES}><p:sldIdLst><p:sldId id="256" r:id="rId8"/><p:sldId id="257" r:id="rId7"/></p:sldIdLst></p:presentation>"#
    );
    let both = [
        relation("rId7", "slide", "slides/slide1.xml"),
        relation("rId8", "slide", "/ppt/slides/slide2.xml"),
    ];
    let of_slide = [
        relation("rId1", "notesSlide", "../notesSlides/notesSlide1.xml"),
        r#"<Relationship Id="rId2" Type="http://x/hyperlink" Target="https://valbourg.example" TargetMode="External"/>"#.into(),
    ];
    let notes = format!(
        "<p:notes {SPACES}><p:cSld><p:spTree><p:nvGrpSpPr/>{}</p:spTree></p:cSld></p:notes>",
        shape("body", "Ne pas dire que Jeanne est malade")
    );
    vec![
        ("[Content_Types].xml", types.into()),
        (
            "_rels/.rels",
            relations(
                &[
                    relation("rId1", "officeDocument", "ppt/presentation.xml"),
                    relation("rId2", "core", "docProps/core.xml"),
                ]
                .concat(),
            ),
        ),
        ("docProps/core.xml", b"<core><creator>Jeanne</creator></core>".into()),
        ("docProps/thumbnail.jpeg", b"Jeanne".into()),
        ("ppt/presentation.xml", main.into_bytes()),
        ("ppt/_rels/presentation.xml.rels", relations(&both.concat())),
        ("ppt/slides/slide1.xml", second),
        ("ppt/slides/slide2.xml", first),
        ("ppt/slides/_rels/slide1.xml.rels", relations(&of_slide.concat())),
        ("ppt/notesSlides/notesSlide1.xml", notes.into_bytes()),
        (
            "ppt/comments/comment1.xml",
            b"<p:cmLst xmlns:p=\"p\"><p:cm>Jeanne?</p:cm></p:cmLst>".into(),
        ),
        ("ppt/media/image1.png", b"\x89PNG pixels".into()),
    ]
}

pub(super) fn odp() -> Files {
    let content = r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:scripts><s/></office:scripts><office:body><office:presentation>
        <draw:page draw:name="page1"><draw:frame presentation:class="title"><draw:text-box><text:p>La<text:s text:c="2"/>fête</text:p></draw:text-box></draw:frame>
        <draw:frame presentation:class="outline"><draw:text-box><text:list><text:list-item><text:p>Samedi <text:span>20&#160;h</text:span></text:p>
        <text:list><text:list-item><text:p>sur la place</text:p></text:list-item></text:list></text:list-item></text:list></draw:text-box></draw:frame>
        <draw:frame presentation:class="page-number"><draw:text-box><text:p>1</text:p></draw:text-box></draw:frame>
        <draw:frame><draw:image xlink:href="Pictures/1.png"/><svg:title>Titre</svg:title><svg:desc>Le feu d’artifice</svg:desc></draw:frame>
        <draw:frame><table:table><table:table-row><table:table-cell><text:p>Heure</text:p></table:table-cell><table:table-cell><text:p>Lieu</text:p></table:table-cell></table:table-row></table:table><draw:image xlink:href="Pictures/2.svm"/></draw:frame>
        <draw:custom-shape><text:p>Venez&#x202f;!</text:p></draw:custom-shape>
        <office:annotation><dc:creator>Jeanne</dc:creator><text:p>Vraiment ?</text:p></office:annotation>
        <presentation:notes><draw:frame><draw:text-box><text:p>Remercier Jeanne</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
        <draw:page draw:name="page2"/></office:presentation></office:body></office:document-content>"#;
    let manifest = r#"<manifest:manifest><manifest:file-entry manifest:full-path="/"/><manifest:file-entry manifest:full-path="meta.xml"/><manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>"#;
    vec![
        ("mimetype", Form::Odp.mime().into()),
        ("META-INF/manifest.xml", manifest.into()),
        ("content.xml", content.into()),
        ("meta.xml", b"<m><creator>Jeanne</creator></m>".into()),
        ("settings.xml", b"<s>printer of Jeanne</s>".into()),
        ("Thumbnails/thumbnail.png", b"Jeanne".into()),
        ("ObjectReplacements/Object 1", b"likeness".into()),
    ]
}

pub(super) fn with(mut files: Files, name: &'static str, bytes: impl Into<Vec<u8>>) -> Files {
    files.retain(|(other, _)| *other != name);
    files.push((name, bytes.into()));
    files
}
