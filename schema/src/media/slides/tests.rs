//! Presentations as programs write them, and as nobody should.

mod hostile;
mod made;

use std::io::Cursor;

use zip::ZipArchive;

use self::made::{SPACES, odp, packed, pptx, relation, relations, shape, slide, with};
use super::*;

fn paragraph(text: &str) -> SlideBlock {
    SlideBlock::Paragraph(text.to_owned())
}

fn picture(text: &str) -> SlideBlock {
    SlideBlock::Picture(text.to_owned())
}

fn row(cells: [&str; 2]) -> SlideBlock {
    SlideBlock::Table(vec![cells.map(str::to_owned).to_vec()])
}

#[test]
fn slides_are_read_in_the_order_in_which_they_are_shown_and_read_aloud() {
    let read = prepare(&packed(&pptx())).unwrap();
    assert_eq!((read.form, read.slides.whole), (Form::Pptx, true));
    let [first, second] = &read.slides.slides[..] else {
        panic!("{:?}", read.slides)
    };
    assert_eq!(first.title, "Conseil & budget");
    assert_eq!(
        first.blocks,
        [
            picture("Le budget en trois lignes"),
            row(["École", "12\u{a0}000\u{202f}€"])
        ]
    );
    assert_eq!(second.title, "Travaux");
    assert_eq!(
        second.blocks,
        [
            paragraph("Avant le titre"),
            picture("La place, vue du beffroi"),
            picture(""),
            paragraph("Une fois")
        ]
    );

    let read = prepare(&packed(&odp())).unwrap();
    assert_eq!((read.form, read.slides.whole), (Form::Odp, true));
    let [first, second] = &read.slides.slides[..] else {
        panic!("{:?}", read.slides)
    };
    assert_eq!(first.title, "La fête");
    assert_eq!(
        first.blocks,
        [
            paragraph("Samedi 20\u{a0}h"),
            paragraph("sur la place"),
            picture("Le feu d’artifice"),
            row(["Heure", "Lieu"]),
            paragraph("Venez\u{202f}!"),
        ]
    );
    assert_eq!(second, &Slide::default());
}

#[test]
fn a_diagram_says_its_words_and_a_chart_keeps_what_it_draws() {
    let frame = r#"<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="d"/></p:nvGraphicFramePr><dgm:relIds xmlns:dgm="d" r:dm="rId9"/></p:graphicFrame>"#;
    let diagram = r#"<d:dataModel xmlns:d="d" xmlns:a="a"><d:pt><d:t><a:p><a:r><a:t>Décider</a:t></a:r></a:p></d:t></d:pt></d:dataModel>"#;
    let files = with(pptx(), "ppt/slides/slide1.xml", slide(frame));
    let files = with(files, "ppt/diagrams/data1.xml", diagram);
    let rels = relations(&relation("rId9", "diagramData", "../diagrams/data1.xml"));
    let files = with(files, "ppt/slides/_rels/slide1.xml.rels", rels);
    let files = with(
        files,
        "ppt/charts/chart1.xml",
        "<c:chart xmlns:c=\"c\"><c:v>12</c:v><c:externalData r:id=\"rId1\"/></c:chart>",
    );
    let files = with(
        files,
        "ppt/charts/_rels/chart1.xml.rels",
        relations(&relation("rId1", "package", "../embeddings/Sheet1.xlsx")),
    );
    let files = with(files, "ppt/embeddings/Sheet1.xlsx", "salaries of all");
    let read = prepare(&packed(&files)).unwrap();
    assert_eq!(read.slides.slides[1].blocks, [paragraph("Décider")]);
    let kept = Package::open(&read.bytes).unwrap();
    assert_eq!(
        kept.get("ppt/charts/chart1.xml"),
        Some(&b"<c:chart xmlns:c=\"c\"><c:v>12</c:v></c:chart>"[..])
    );
    assert_eq!(kept.get("ppt/charts/_rels/chart1.xml.rels"), Some(&relations("")[..]));
    assert!(kept.get("ppt/embeddings/Sheet1.xlsx").is_none());
}

#[test]
fn a_presentation_tells_nothing_of_whoever_made_it() {
    for (files, gone) in [(pptx(), "docProps/core.xml"), (odp(), "meta.xml")] {
        let came = [packed(&files), b"PK behind Jeanne".to_vec()].concat();
        let read = prepare(&came).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(&read.bytes)).unwrap();
        assert_eq!(
            zip.by_index(0).unwrap().name().unwrap(),
            files[0].0,
            "what says the form comes first"
        );
        let package = Package::open(&read.bytes).unwrap();
        for part in &package.parts {
            let text = String::from_utf8_lossy(&part.bytes);
            for told in ["Jeanne", gone, "office:scripts"] {
                assert!(
                    !text.contains(told) && !part.name.contains(told),
                    "{}: {text}",
                    part.name
                );
            }
        }
        assert!(
            !read.bytes.windows(6).any(|run| run == b"Jeanne"),
            "nothing behind the archive"
        );
        let again = prepare(&read.bytes).unwrap();
        assert_eq!(
            (again.bytes, again.slides),
            (read.bytes, read.slides),
            "cleaned, it stays as it is"
        );
    }
    let read = prepare(&packed(&pptx())).unwrap();
    let kept = Package::open(&read.bytes).unwrap();
    let links = String::from_utf8(kept.get("ppt/slides/_rels/slide1.xml.rels").unwrap().to_vec()).unwrap();
    assert!(
        links.contains("https://valbourg.example") && links.contains("notesSlide1.xml"),
        "{links}"
    );
    assert_eq!(kept.get("ppt/media/image1.png"), Some(&b"\x89PNG pixels"[..]));
}

#[test]
fn what_nobody_would_read_to_its_end_is_cut_and_says_so() {
    let long = "mot ".repeat(30_000);
    let files = with(
        pptx(),
        "ppt/slides/slide1.xml",
        slide(&[shape("body", &long), shape("body", &long)].concat()),
    );
    let read = prepare(&packed(&files)).unwrap().slides;
    assert!(!read.whole);
    assert_eq!(read.slides[1].blocks.len(), 1);

    let numbers = 1..=MAX_SLIDES + 1;
    let ids: Vec<String> = numbers.clone().map(|n| format!(r#"<p:sldId r:id="s{n}"/>"#)).collect();
    let ids = ids.concat();
    let main = format!("<p:presentation {SPACES}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
    let named = numbers
        .clone()
        .map(|n| relation(&format!("s{n}"), "slide", &format!("slides/slide{n}.xml")));
    let named = relations(&named.collect::<String>());
    let files = with(pptx(), "ppt/presentation.xml", main);
    let mut files = with(files, "ppt/_rels/presentation.xml.rels", named);
    for number in numbers {
        let name = format!("ppt/slides/slide{number}.xml");
        files = with(files, name.leak(), slide(""));
    }
    let read = prepare(&packed(&files)).unwrap().slides;
    assert_eq!((read.slides.len(), read.whole), (MAX_SLIDES, false));
}
