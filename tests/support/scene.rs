//! What happens in Valbourg.

use beffroi_schema::{
    store::NewAuthority,
    value::{
        ArticleDetail, AuthorityKind, Cause, Detail, DisruptionDetail, Effect, EventDetail, ItemContent, Language,
        Periods, Recurrence, Selectors, Severity, Text, Texts, Topics, Venue,
    },
};
use chrono::{Duration, NaiveDate};

/// The topic of everything about transport.
pub const TRANSPORT: &str = "transport";

/// A commune that speaks French and lives by the clock of Paris.
pub fn commune(slug: &str) -> NewAuthority {
    NewAuthority {
        slug: slug.to_owned(),
        kind: AuthorityKind::Commune,
        parent: None,
        name: format!("Ville de {slug}"),
        language: Language::french(),
        time_zone: "Europe/Paris".to_owned(),
        boundary: None,
    }
}

/// The tram has stopped: a severe disruption.
pub fn tram_stopped() -> ItemContent {
    disruption("Tram B interrompu entre Gare et Mairie", Severity::Severe)
}

/// A disruption under the topic of transport.
pub fn disruption(title: &str, severity: Severity) -> ItemContent {
    let detail = Detail::Disruption(DisruptionDetail {
        cause: Cause::TechnicalProblem,
        effect: Effect::NoService,
        severity,
        impact: Periods::default(),
        display: Periods::default(),
        selectors: Selectors::default(),
        timetable: None,
        resolved_at: None,
    });
    content(title, TRANSPORT, detail)
}

/// City news.
pub fn article(title: &str) -> ItemContent {
    content(title, "voirie", Detail::Article(ArticleDetail::default()))
}

/// A market on a Saturday morning in June.
pub fn market() -> ItemContent {
    let starts_at = NaiveDate::from_ymd_opt(2026, 6, 13)
        .unwrap()
        .and_hms_opt(8, 0, 0)
        .unwrap();
    let detail = Detail::Event(EventDetail {
        starts_at,
        ends_at: Some(starts_at + Duration::hours(5)),
        time_zone: "Europe/Paris".to_owned(),
        all_day: false,
        recurrence: Recurrence::default(),
    });
    content("Marché des producteurs", "culture", detail)
}

/// The same with words in English too.
pub fn in_english(mut content: ItemContent, title: &str) -> ItemContent {
    content.texts.0.insert(Language::english(), text(title));
    content
}

fn content(title: &str, topic: &str, detail: Detail) -> ItemContent {
    ItemContent {
        language: Language::french(),
        texts: Texts::only(Language::french(), text(title)),
        topics: Topics(vec![topic.to_owned()]),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        detail,
    }
}

fn text(title: &str) -> Text {
    Text {
        title: title.to_owned(),
        summary: String::new(),
        body: String::new(),
    }
}

/// A photograph as a PNG: no two pixels alike, so that it weighs something.
pub fn photograph(width: u32, height: u32) -> Vec<u8> {
    let ink = |x: u32, y: u32| [(x * 7) ^ (y * 13), (x * 31) ^ y, x ^ (y * 17)].map(|n| n.to_le_bytes()[0]);
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb(ink(x, y)));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&size[..], kind, content].concat()
}

/// A video of two seconds, 640 × 360, with a place and a name in it, and no frame that could be played.
pub fn film() -> Vec<u8> {
    let told = b"+43.6045+001.4440/ Jeanne";
    let times = [0, 0, 0, 0, 0xe1, 1, 2, 3, 0xe1, 1, 2, 4];
    let mvhd = [&times[..], &600_u32.to_be_bytes(), &1200_u32.to_be_bytes(), &[0; 80]].concat();
    let mut tkhd = [&times[..], &[0; 72]].concat();
    (tkhd[41], tkhd[57]) = (1, 1);
    tkhd[76..80].copy_from_slice(&(640_u32 << 16).to_be_bytes());
    tkhd[80..84].copy_from_slice(&(360_u32 << 16).to_be_bytes());
    let hdlr = [&[0; 8][..], b"vide", &[0; 13]].concat();
    let mdia = [boxed(b"mdhd", &[&times[..], &[0; 12]].concat()), boxed(b"hdlr", &hdlr)].concat();
    let trak = [boxed(b"tkhd", &tkhd), boxed(b"mdia", &mdia), boxed(b"udta", told)].concat();
    let moov = [boxed(b"mvhd", &mvhd), boxed(b"trak", &trak), boxed(b"meta", told)].concat();
    [
        boxed(b"ftyp", b"mp42\0\0\0\0isom"),
        boxed(b"uuid", told),
        boxed(b"mdat", &[0x5a; 900]),
        boxed(b"moov", &moov),
        boxed(b"free", told),
    ]
    .concat()
}
