//! Presentations, from the desk to the page on which they are read.

use std::io::{Cursor, Write as _};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use beffroi_api::graphql::id;
use beffroi_schema::{id::MediaId, media::slides::Form};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Answer, Desk};
use crate::town::article;

fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn pptx(more: &[(&str, &str)]) -> Vec<u8> {
    let own = [
        ("[Content_Types].xml", "<Types/>"),
        ("docProps/core.xml", "<core><creator>Jeanne</creator></core>"),
        (
            "ppt/presentation.xml",
            r#"<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>"#,
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Type="slide" Target="slides/slide1.xml"/></Relationships>"#,
        ),
        (
            "ppt/slides/slide1.xml",
            r#"<p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree>
            <p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Rue Neuve &lt;script&gt;</a:t></a:r></a:p></p:txBody></p:sp>
            <p:pic><p:nvPicPr><p:cNvPr id="3" name="i" descr="Le plan de la rue"/></p:nvPicPr></p:pic>
            <p:pic><p:nvPicPr><p:cNvPr id="4" name="j"/></p:nvPicPr></p:pic>
            <p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Juin</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>
            </p:spTree></p:cSld></p:sld>"#,
        ),
    ];
    packed(&[&own[..], more].concat())
}

fn odp() -> Vec<u8> {
    packed(&[
        ("mimetype", Form::Odp.mime()),
        ("META-INF/manifest.xml", "<m:manifest/>"),
        ("meta.xml", "<m><creator>Jeanne</creator></m>"),
        (
            "content.xml",
            r#"<o:d><o:body><o:presentation><draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Rue Neuve &lt;script&gt;</text:p></draw:text-box></draw:frame>
            <draw:frame><draw:image xlink:href="Pictures/1.png"/><svg:desc>Le plan de la rue</svg:desc></draw:frame><draw:frame><draw:image xlink:href="Pictures/2.png"/></draw:frame>
            <draw:frame><table:table><table:table-row><table:table-cell><text:p>Juin</text:p></table:table-cell></table:table-row></table:table></draw:frame></draw:page></o:presentation></o:body></o:d>"#,
        ),
    ])
}

async fn read(desk: &Desk, path: &str, language: &str) -> String {
    let headers = [("accept-language", language)];
    let Answer { status, body, .. } = desk.send(Method::GET, path, &headers, Body::empty()).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    String::from_utf8(body).unwrap()
}

/// What stands on the page of the presentation, in both languages.
async fn reads(desk: &Desk, path: &str, form: Form, file: &str) {
    for (language, said) in [
        (
            "fr",
            [
                "Diapositive 1\u{a0}: <span",
                "Image\u{a0}: <span",
                "Image sans description.",
                "Télécharger",
            ],
        ),
        (
            "en",
            [
                "Slide 1: <span",
                "Picture: <span",
                "A picture without a description.",
                "Download",
            ],
        ),
    ] {
        let page = read(desk, path, language).await;
        let others = ["Le plan de la rue", "<td>Juin</td>", form.name(), file];
        for words in said.iter().chain(&others) {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(
            page.contains("Rue Neuve &#60;script&#62;") && !page.contains("<script"),
            "{page}"
        );
        assert!(!page.contains("<object"), "no browser shows a presentation");
    }
}

#[tokio::test]
async fn a_presentation_is_read_slide_by_slide_on_a_page_of_its_own() {
    let desk = Desk::new().await;
    for (form, name, file) in [
        (Form::Pptx, "Rue Neuve.pptx", pptx(&[])),
        (Form::Odp, "Rue Neuve.odp", odp()),
    ] {
        let kept = desk.kept(&file, name).await;
        assert_eq!(
            (&kept["kind"], &kept["mime"], &kept["name"]),
            (&json!("DOCUMENT"), &json!(form.mime()), &json!(name))
        );
        let served = desk.get(&kept, &[("accept-encoding", "gzip")]).await;
        assert_eq!(
            (
                served.status,
                served.header("content-type"),
                served.header("content-encoding")
            ),
            (StatusCode::OK, form.mime(), "")
        );
        assert!(!served.body.windows(6).any(|run| run == b"Jeanne"));

        let media = id::read(&kept["id"].as_str().unwrap().into()).unwrap().1;
        let mut news = article("Rue Neuve");
        news.attachments = vec![MediaId(media)];
        let item = desk.front.publish(desk.authority, news).await;
        desk.front.state.boards().refresh().await.unwrap();

        let shown = read(&desk, &format!("/valbourg/article/{item}"), "fr").await;
        assert!(
            shown.contains(&format!("/valbourg/article/{item}/{media}")),
            "the item leads there"
        );
        assert!(
            shown.contains(&format!(r#""encodingFormat":"{}""#, form.mime())),
            "{shown}"
        );

        reads(
            &desk,
            &format!("/valbourg/article/{item}/{media}"),
            form,
            kept["url"].as_str().unwrap(),
        )
        .await;
        let feed: Value = serde_json::from_str(&read(&desk, "/valbourg/feeds/all.json", "fr").await).unwrap();
        let attached = &feed["items"][0]["attachments"][0];
        assert_eq!(
            (&attached["mime_type"], &attached["title"], &attached["size_in_bytes"]),
            (&json!(form.mime()), &json!(name), &json!(served.body.len()))
        );
    }
}

#[tokio::test]
async fn a_presentation_that_could_harm_is_refused_with_what_to_do() {
    let desk = Desk::new().await;
    let whole = pptx(&[]);
    for (name, file, said) in [
        ("macros.pptx", pptx(&[("ppt/vbaProject.bin", "x")]), "without them"),
        (
            "laughs.pptx",
            pptx(&[("ppt/theme/theme1.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]),
            "DTD",
        ),
        ("half.pptx", whole[..whole.len() / 2].to_vec(), "damaged"),
        (
            "text.docx",
            packed(&[("[Content_Types].xml", "<Types/>")]),
            "PPTX or ODP",
        ),
    ] {
        let path = desk.upload(&file, name).await;
        let answer = desk.keep(&path, json!({})).await;
        let refused = &answer["data"]["keepUpload"];
        assert_eq!(
            (&refused["media"], &refused["problems"][0]["code"]),
            (&Value::Null, &json!("INVALID"))
        );
        let message = refused["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains(said), "{name}: {message}");
    }
}
