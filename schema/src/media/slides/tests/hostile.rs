//! Presentations that are made to harm.

use std::io::Cursor;

use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    super::{Flaw, SlidesFlaw, is_closed, prepare},
    made::{Files, odp, packed, pptx, relation, relations, slide, with},
};

const MAIN: &str = "ppt/presentation.xml";
const SLIDE: &str = "ppt/slides/slide1.xml";
const LINKS: &str = "ppt/slides/_rels/slide1.xml.rels";
const LAUGHS: &str = r#"<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><p:sld xmlns:p="p">&b;</p:sld>"#;

fn refused(flaw: impl Into<Flaw>, files: impl IntoIterator<Item = (&'static str, Files)>) {
    let flaw = flaw.into();
    for (name, files) in files {
        let read = prepare(&packed(&files)).map(|read| read.form);
        assert_eq!(read, Err(flaw), "{name}");
    }
}

#[test]
fn what_runs_is_refused() {
    let macros = r#"<Types><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"/></Types>"#;
    let object = relations(&relation("r", "oleObject", "../embeddings/oleObject1.bin"));
    refused(
        SlidesFlaw::Programs,
        [
            ("macros", with(pptx(), "ppt/vbaProject.bin", "x")),
            ("macros by their type", with(pptx(), "[Content_Types].xml", macros)),
            ("a program", with(pptx(), "ppt/media/run.exe", "MZ")),
            ("an object", with(pptx(), LINKS, object)),
            ("a library", with(odp(), "Basic/Standard/script-lb.xml", "<l/>")),
            ("an object without a name", with(odp(), "Object 1", "MZ")),
        ],
    );
}

#[test]
fn what_is_locked_is_refused() {
    let locked = "<manifest><file-entry><encryption-data/></file-entry></manifest>";
    refused(
        SlidesFlaw::Closed,
        [("a manifest", with(odp(), "META-INF/manifest.xml", locked))],
    );
    let mut locked = packed(&pptx());
    // The flag of encryption (APPNOTE §4.4.4) of the first part, in its own head and in the directory.
    locked[6] |= 1;
    let directory = locked.windows(4).position(|run| run == b"PK\x01\x02").unwrap();
    locked[directory + 8] |= 1;
    assert_eq!(prepare(&locked).unwrap_err(), SlidesFlaw::Closed.into());
    assert!(is_closed(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0") && !is_closed(b"PK\x03\x04"));
}

#[test]
fn declarations_are_refused_wherever_they_stand() {
    refused(
        SlidesFlaw::Declares,
        [
            ("laughs", with(pptx(), SLIDE, LAUGHS)),
            ("an unknown entity", with(pptx(), SLIDE, slide("&xxe;"))),
            ("in a drawing", with(pptx(), "ppt/media/i.svg", LAUGHS)),
            ("in OpenDocument", with(odp(), "styles.xml", LAUGHS)),
        ],
    );
}

#[test]
fn what_becomes_enormous_is_refused_before_it_does() {
    let deep = [b"<a>".repeat(1_000), b"</a>".repeat(1_000)].concat();
    refused(
        SlidesFlaw::Swells,
        [
            ("depth", with(pptx(), SLIDE, deep)),
            ("zeros", with(pptx(), "ppt/media/image1.png", vec![0; (64 << 20) + 1])),
            ("spaces", with(pptx(), SLIDE, vec![b' '; (16 << 20) + 1])),
        ],
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..5_001 {
        let name = format!("ppt/media/{number}.png");
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    let many = zip.finish().unwrap().into_inner();
    assert_eq!(prepare(&many).unwrap_err(), SlidesFlaw::Swells.into());
}

/// As many shapes as one part may have, of which none says anything.
#[test]
fn what_says_nothing_takes_no_room() {
    let rows = |times: usize| {
        format!(
            "<p:graphicFrame><a:tbl>{}</a:tbl></p:graphicFrame>",
            "<a:tr/>".repeat(times)
        )
    };
    for (times, shapes) in [(210_000, "<p:pic/>".repeat(210_000)), (4, rows(60_000).repeat(4))] {
        let read = prepare(&packed(&with(pptx(), SLIDE, slide(&shapes)))).unwrap();
        let blocks = read.slides.slides.last().unwrap().blocks.len();
        assert!(!read.slides.whole && blocks < times, "{blocks} of {times}");
    }
    let twice = String::from_utf8(slides_listed()).unwrap();
    let again = twice.replace("</p:sldIdLst>", r#"<p:sldId id="300" r:id="rId7"/></p:sldIdLst>"#);
    assert_ne!(again, twice);
    refused(Flaw::Damaged, [("a slide twice", with(pptx(), MAIN, again))]);
}

fn slides_listed() -> Vec<u8> {
    pptx().into_iter().find(|(name, _)| *name == MAIN).unwrap().1
}

#[test]
fn what_fetches_from_elsewhere_is_refused() {
    let outside =
        r#"<Relationship Id="r" Type="http://x/image" Target="https://spy.example/p.png" TargetMode="External"/>"#;
    let content = odp().into_iter().find(|(name, _)| *name == "content.xml").unwrap().1;
    let content = String::from_utf8(content).unwrap();
    refused(
        SlidesFlaw::Elsewhere,
        [
            ("a linked picture", with(pptx(), LINKS, relations(outside))),
            (
                "a linked picture there",
                with(
                    odp(),
                    "content.xml",
                    content.replace("Pictures/1.png", "https://spy.example/p.png"),
                ),
            ),
            (
                "a background that is linked",
                with(
                    odp(),
                    "styles.xml",
                    r#"<s xmlns:x="x"><fill-image x:href="https://spy.example/p.png"/></s>"#,
                ),
            ),
            (
                "a drawing that fetches",
                with(
                    pptx(),
                    "ppt/media/image9.svg",
                    r#"<svg><image href="https://spy.example/p.png"/></svg>"#,
                ),
            ),
            (
                "a file beside the archive",
                with(odp(), "content.xml", content.replace("Pictures/1.png", "../p.png")),
            ),
        ],
    );
}

#[test]
fn what_is_not_as_it_should_be_is_damaged() {
    let both = with(odp(), "[Content_Types].xml", "<Types/>");
    let missing: Files = pptx().into_iter().filter(|(name, _)| *name != SLIDE).collect();
    refused(
        Flaw::Damaged,
        [
            ("it climbs", with(pptx(), "../../etc/passwd.xml", "<a/>")),
            ("both forms", with(both, "ppt/presentation.xml", "<p/>")),
            ("it ends too early", with(pptx(), SLIDE, "<p:sld><p:cSld>")),
            ("crossed", with(pptx(), SLIDE, "<a><b></a></b>")),
            ("no UTF-8", with(pptx(), SLIDE, b"\xff\xfe<\0a\0")),
            (
                "other letters",
                with(pptx(), SLIDE, "<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>"),
            ),
            ("a slide is missing", missing),
        ],
    );
    let whole = packed(&pptx());
    assert_eq!(prepare(&whole[..whole.len() / 2]).unwrap_err(), Flaw::Damaged);
    refused(
        Flaw::Unknown,
        [("a text", vec![("word/document.xml", b"<w/>".to_vec())])],
    );
}

#[test]
fn no_damage_makes_it_panic() {
    for files in [pptx(), odp()] {
        let whole = packed(&files);
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            let _ = prepare(&damaged);
        }
        for (index, (_, part)) in files.iter().enumerate() {
            for at in (0..part.len()).step_by(11) {
                let mut files = files.clone();
                files[index].1[at] ^= 0x15;
                let _ = prepare(&packed(&files));
            }
        }
    }
}
