//! What a person or a source wants to say, checked before anything is written.

use crate::{
    id::AuthorityId,
    value::{Detail, DisruptionDetail, EventDetail, ItemContent, Period, Periods, Problem, ProblemCode},
};

/// Characters of a title.
pub const MAX_TITLE: usize = 250;
/// Characters of a summary.
pub const MAX_SUMMARY: usize = 600;
/// Characters of a body.
pub const MAX_BODY: usize = 20_000;
/// Languages of one item.
pub const MAX_LANGUAGES: usize = 12;
/// Topics of one item.
pub const MAX_TOPICS: usize = 20;
/// Characters of a topic's slug.
pub const MAX_TOPIC: usize = 60;
/// Pictures of one item.
pub const MAX_PICTURES: usize = 10;
/// Videos and documents of one item.
pub const MAX_ATTACHMENTS: usize = 10;
/// Zones, lines, stops or selectors of one item, each.
pub const MAX_PLACES: usize = 1_000;
/// Characters of a URL.
pub const MAX_URL: usize = 2_048;
/// Characters of any other short field.
pub const MAX_NAME: usize = 250;

/// A new item before it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Who publishes it.
    pub authority: AuthorityId,
    /// What it says.
    pub content: ItemContent,
    /// The writer's idempotency key: a second draft with the same key is the first one.
    pub key: Option<String>,
}

impl Draft {
    /// What must be put right before it can be stored. Empty: it can.
    pub fn problems(&self) -> Vec<Problem> {
        let key = self.key.as_deref().map(|key| ("idempotencyKey", key, MAX_NAME));
        let mut problems = problems(&self.content);
        problems.extend(key.and_then(|(path, text, max)| text_problem(path, text, max)));
        problems
    }
}

/// What must be put right in `content` before it can be stored.
pub fn problems(content: &ItemContent) -> Vec<Problem> {
    let mut found = texts(content);
    found.extend(topics(content));
    found.extend(counts(content));
    found.extend(venue(content));
    found.extend(content.link.as_deref().and_then(|link| url_problem("link", link)));
    match &content.detail {
        Detail::Event(event) => found.extend(event_problems(event)),
        Detail::Disruption(disruption) => found.extend(disruption_problems(disruption)),
        Detail::Article(article) => {
            found.extend(
                article
                    .section
                    .as_deref()
                    .and_then(|section| text_problem("article.section", section, MAX_NAME)),
            );
        }
    }
    found
}

/// What must be put right in `content` before it can be public, beyond [`problems`]. Alternative texts are checked
/// where the pictures are: in the store.
pub fn problems_before_public(content: &ItemContent) -> Vec<Problem> {
    let titled = content.texts.0.values().any(|text| !text.title.trim().is_empty());
    let untitled = content.texts.0.iter().filter(|(_, text)| text.title.trim().is_empty());
    if !titled {
        return vec![missing(
            "texts",
            "Donnez un titre, dans une langue au moins.",
            "Give a title, in at least one language.",
        )];
    }
    untitled
        .map(|(language, _)| {
            missing(
                &format!("texts.{language}.title"),
                "Donnez un titre dans cette langue, ou retirez-la.",
                "Give a title in this language, or remove it.",
            )
        })
        .collect()
}

fn texts(content: &ItemContent) -> Vec<Problem> {
    let mut found = Vec::new();
    for (language, text) in &content.texts.0 {
        let parts = [
            ("title", &text.title, MAX_TITLE),
            ("summary", &text.summary, MAX_SUMMARY),
            ("body", &text.body, MAX_BODY),
        ];
        found.extend(
            parts
                .into_iter()
                .filter_map(|(part, words, max)| text_problem(&format!("texts.{language}.{part}"), words, max)),
        );
        if text.title.contains('\n') {
            found.push(Problem::new(
                ProblemCode::Invalid,
                format!("texts.{language}.title"),
                "Un titre tient sur une seule ligne.",
                "A title stands on one line.",
            ));
        }
    }
    found
}

fn topics(content: &ItemContent) -> Vec<Problem> {
    let slug = |topic: &str| {
        !topic.is_empty()
            && topic.len() <= MAX_TOPIC
            && topic
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let wrong = content.topics.0.iter().enumerate().filter(|(_, topic)| !slug(topic));
    wrong
        .map(|(position, _)| {
            Problem::new(
                ProblemCode::Invalid,
                format!("topics.{position}"),
                "Un thème s’écrit en minuscules sans accent, avec des chiffres ou des tirets : « vie-scolaire ».",
                "A topic is written in lower case without accents, with digits or hyphens: “vie-scolaire”.",
            )
        })
        .collect()
}

fn counts(content: &ItemContent) -> Vec<Problem> {
    let lists = [
        ("texts", content.texts.0.len(), MAX_LANGUAGES),
        ("topics", content.topics.0.len(), MAX_TOPICS),
        ("pictures", content.pictures.len(), MAX_PICTURES),
        ("attachments", content.attachments.len(), MAX_ATTACHMENTS),
        ("zones", content.zones.len(), MAX_PLACES),
        ("lines", content.lines.len(), MAX_PLACES),
        ("stops", content.stops.len(), MAX_PLACES),
    ];
    lists
        .into_iter()
        .filter_map(|(path, length, max)| count_problem(path, length, max))
        .collect()
}

fn venue(content: &ItemContent) -> Vec<Problem> {
    let name = content
        .venue
        .name
        .as_deref()
        .and_then(|name| text_problem("venue.name", name, MAX_NAME));
    let address = content
        .venue
        .address
        .as_deref()
        .and_then(|address| text_problem("venue.address", address, MAX_NAME));
    let point = content
        .venue
        .point
        .filter(|p| crate::value::Point::checked(p.latitude, p.longitude).is_none())
        .map(|_| {
            Problem::new(
                ProblemCode::OutOfRange,
                "venue.point",
                "La latitude va de −90 à 90 degrés, la longitude de −180 à 180.",
                "Latitude goes from −90 to 90 degrees, longitude from −180 to 180.",
            )
        });
    [name, address, point].into_iter().flatten().collect()
}

fn event_problems(event: &EventDetail) -> Vec<Problem> {
    let mut found = crate::recurrence::validate(event);
    if event.ends_at.is_some_and(|end| end < event.starts_at) {
        found.push(Problem::new(
            ProblemCode::OutOfRange,
            "event.endsAt",
            "La fin vient avant le début.",
            "The end comes before the start.",
        ));
    }
    found
}

fn disruption_problems(disruption: &DisruptionDetail) -> Vec<Problem> {
    let selectors = count_problem("disruption.selectors", disruption.selectors.0.len(), MAX_PLACES);
    let impact = period_problems("disruption.impactPeriods", &disruption.impact);
    let display = period_problems("disruption.displayPeriods", &disruption.display);
    selectors.into_iter().chain(impact).chain(display).collect()
}

fn period_problems(path: &str, periods: &Periods) -> Vec<Problem> {
    let reversed = |period: &Period| matches!((period.start, period.end), (Some(start), Some(end)) if end <= start);
    let wrong = periods.0.iter().enumerate().filter(|(_, period)| reversed(period));
    let too_many = count_problem(path, periods.0.len(), MAX_PLACES);
    let backwards = wrong.map(|(position, _)| {
        Problem::new(
            ProblemCode::OutOfRange,
            format!("{path}.{position}.end"),
            "La fin doit suivre le début.",
            "The end must follow the start.",
        )
    });
    too_many.into_iter().chain(backwards).collect()
}

fn count_problem(path: &str, length: usize, max: usize) -> Option<Problem> {
    (length > max).then(|| {
        Problem::new(
            ProblemCode::TooMany,
            path,
            format!("Il y en a {length} ; le maximum est de {max}."),
            format!("There are {length}; the most is {max}."),
        )
    })
}

/// A text that is too long, or holds characters that no one can read.
pub fn text_problem(path: &str, text: &str, max: usize) -> Option<Problem> {
    let length = text.chars().count();
    if length > max {
        return Some(Problem::new(
            ProblemCode::TooLong,
            path,
            format!("Ce texte compte {length} caractères ; le maximum est de {max}."),
            format!("This text has {length} characters; the most is {max}."),
        ));
    }
    // PostgreSQL cannot store U+0000, and the other control characters are noise from a copy-and-paste.
    text.chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        .then(|| {
            Problem::new(
                ProblemCode::Invalid,
                path,
                "Ce texte contient un caractère de commande invisible ; retapez-le.",
                "This text contains an invisible control character; type it again.",
            )
        })
}

/// A URL that a phone could not open.
pub fn url_problem(path: &str, text: &str) -> Option<Problem> {
    // The URL standard drops or escapes what no address has; the text is stored as it was given.
    let ok = text.len() <= MAX_URL
        && !text.contains(|c: char| c.is_control() || c.is_whitespace())
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    (!ok).then(|| {
        Problem::new(
            ProblemCode::Invalid,
            path,
            "Donnez une adresse complète, qui commence par https://.",
            "Give a complete address, starting with https://.",
        )
    })
}

fn missing(path: &str, fr: &str, en: &str) -> Problem {
    Problem::new(ProblemCode::Missing, path, fr, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{ArticleDetail, Language, Text, Texts, Topics, Venue};

    fn article(title: &str) -> ItemContent {
        ItemContent {
            language: Language::french(),
            texts: Texts::only(
                Language::french(),
                Text {
                    title: title.to_owned(),
                    ..Text::default()
                },
            ),
            topics: Topics::default(),
            venue: Venue::default(),
            link: None,
            zones: vec![],
            lines: vec![],
            stops: vec![],
            pictures: vec![],
            attachments: vec![],
            detail: Detail::Article(ArticleDetail::default()),
        }
    }

    fn codes(content: &ItemContent) -> Vec<(String, ProblemCode)> {
        problems(content)
            .into_iter()
            .map(|problem| (problem.path, problem.code))
            .collect()
    }

    #[test]
    fn a_good_draft_has_no_problem() {
        assert_eq!(codes(&article("Travaux rue Haute")), []);
        assert_eq!(problems_before_public(&article("Travaux rue Haute")), []);
    }

    #[test]
    fn each_problem_says_where_it_is() {
        assert_eq!(
            codes(&article("a\u{0}b")),
            [("texts.fr.title".to_owned(), ProblemCode::Invalid)]
        );
        assert_eq!(
            codes(&article(&"é".repeat(251))),
            [("texts.fr.title".to_owned(), ProblemCode::TooLong)]
        );
        assert_eq!(
            codes(&article("deux\nlignes")),
            [("texts.fr.title".to_owned(), ProblemCode::Invalid)]
        );
        let mut wrong = article("Titre");
        wrong.link = Some("javascript:alert(1)".to_owned());
        wrong.topics = Topics(vec!["Vie scolaire".to_owned()]);
        wrong.venue.point = Some(crate::value::Point {
            latitude: 91.0,
            longitude: f64::NAN,
        });
        let expected = [
            ("topics.0", ProblemCode::Invalid),
            ("venue.point", ProblemCode::OutOfRange),
            ("link", ProblemCode::Invalid),
        ];
        assert_eq!(codes(&wrong), expected.map(|(path, code)| (path.to_owned(), code)));
        assert_eq!(problems_before_public(&article(" "))[0].code, ProblemCode::Missing);
    }
}
