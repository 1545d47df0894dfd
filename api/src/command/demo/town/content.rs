//! What an item of the town says, in French and in English.

use beffroi_schema::value::{ArticleDetail, Detail, EventDetail, ItemContent, Language, Text, Texts, Topics, Venue};

/// A title, a summary and a body, in one language.
type Words<'a> = (&'a str, &'a str, &'a str);

/// An item in French and English, of which only the kind is particular.
pub fn content(fr: Words<'_>, en: Words<'_>, topics: &[&str], detail: impl Into<Particular>) -> ItemContent {
    let text = |(title, summary, body): Words<'_>| Text {
        title: title.to_owned(),
        summary: summary.to_owned(),
        body: body.to_owned(),
    };
    ItemContent {
        language: Language::french(),
        texts: Texts([(Language::french(), text(fr)), (Language::english(), text(en))].into()),
        topics: Topics(topics.iter().map(|topic| (*topic).to_owned()).collect()),
        venue: Venue::default(),
        link: None,
        zones: Vec::new(),
        lines: Vec::new(),
        stops: Vec::new(),
        pictures: Vec::new(),
        attachments: Vec::new(),
        detail: detail.into().0,
    }
}

/// What only one kind of item has, from either kind that the town writes.
pub struct Particular(Detail);

impl From<EventDetail> for Particular {
    fn from(event: EventDetail) -> Self {
        Self(Detail::Event(event))
    }
}

impl From<ArticleDetail> for Particular {
    fn from(article: ArticleDetail) -> Self {
        Self(Detail::Article(article))
    }
}
