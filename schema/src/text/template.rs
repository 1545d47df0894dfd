//! How a post is put together, as staff write it: a line for each thing that is told, with the item's facts in braces.
//!
//! ```text
//! {subject}
//! 📍 {place} · {when}
//!
//! {body}
//!
//! {link}
//! {hashtags}
//! ```
//!
//! The first line is shortened last; a line with `{body}` is shortened first; any other is kept whole or left out. A
//! line of which every fact is unknown is not told.

use super::{
    PostText, Story, Tongue,
    compose::{self, value},
};
use crate::value::{Problem, ProblemCode, TemplateField as Field};

/// How a post is put together where nobody has said otherwise.
pub const USUAL: &str = "{subject}\n{facts}\n\n{body}\n\n{link}\n\n{hashtags}";
/// Longest template, in characters.
pub const MAX_TEMPLATE: usize = 2_000;

/// A template that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Vec<Piece>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Fact(Field),
}

impl Template {
    /// Reads a template, or says what to put right.
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text.chars().count() > MAX_TEMPLATE {
            return Err(Problem::new(
                ProblemCode::TooLong,
                "text",
                format!("Un modèle a {MAX_TEMPLATE} caractères au plus."),
                format!("A template has {MAX_TEMPLATE} characters at most."),
            ));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let lines: Vec<_> = lines.map(read_line).collect::<Result<_, _>>()?;
        let told = |piece: &Piece| !matches!(piece, Piece::Fact(Field::Link | Field::Hashtags));
        if lines.first().is_some_and(|line| line.iter().any(told)) {
            Ok(Self(lines))
        } else {
            Err(Problem::new(
                ProblemCode::Invalid,
                "text",
                "La première ligne d’un modèle dit ce qui se passe\u{a0}: {subject} ou {title}, par exemple.",
                "The first line of a template says what happens: {subject} or {title}, for instance.",
            ))
        }
    }

    /// The post for `story`, before it is fitted. What is over is told in the usual words.
    pub fn post(&self, story: &Story<'_>, link_in_text: bool) -> PostText {
        let usual = compose::post(story, link_in_text);
        if compose::is_over(story.change) {
            return usual;
        }
        let tongue = Tongue::of(story.language);
        let mut post = PostText {
            link: usual.link.filter(|_| self.has(Field::Link)),
            hashtags: if self.has(Field::Hashtags) {
                usual.hashtags
            } else {
                Vec::new()
            },
            ..PostText::default()
        };
        for line in &self.0 {
            let told = said(line, story, tongue);
            if post.lead.is_empty() {
                post.lead = told.join(" ");
            } else if line.contains(&Piece::Fact(Field::Body)) {
                post.body.extend(told);
            } else {
                post.facts.extend(told);
            }
        }
        post
    }

    fn has(&self, field: Field) -> bool {
        self.0.iter().any(|line| line.contains(&Piece::Fact(field)))
    }
}

fn read_line(line: &str) -> Result<Vec<Piece>, Problem> {
    let (mut pieces, mut rest) = (Vec::new(), line);
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map(|close| open + close);
        let name = close.map_or(&rest[open + 1..], |close| &rest[open + 1..close]);
        let field = name.trim().parse().ok().filter(|_| close.is_some());
        let Some(field) = field else {
            let known: Vec<_> = Field::ALL.iter().map(|field| format!("{{{field}}}")).collect();
            let (name, known) = (name.chars().take(40).collect::<String>(), known.join(", "));
            return Err(Problem::new(
                ProblemCode::Unknown,
                "text",
                format!("« {{{name}}} » n’existe pas. Connus\u{a0}: {known}."),
                format!("“{{{name}}}” does not exist. Known: {known}."),
            ));
        };
        pieces.extend(words(&rest[..open]));
        pieces.push(Piece::Fact(field));
        rest = close.map_or("", |close| &rest[close + 1..]);
    }
    pieces.extend(words(rest));
    Ok(pieces)
}

fn words(text: &str) -> Option<Piece> {
    (!text.is_empty()).then(|| Piece::Words(text.to_owned()))
}

/// What a line says, paragraph by paragraph; nothing when none of its facts is known.
fn said(line: &[Piece], story: &Story<'_>, tongue: Tongue) -> Vec<String> {
    if let [Piece::Fact(field)] = line {
        return value(*field, story, tongue);
    }
    let known = |piece: &Piece| matches!(piece, Piece::Fact(field) if !value(*field, story, tongue).is_empty());
    let asks = line.iter().any(|piece| matches!(piece, Piece::Fact(_)));
    if asks && !line.iter().any(known) {
        return Vec::new();
    }
    let text = line.iter().map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Fact(field) => value(*field, story, tongue).join(" "),
    });
    vec![text.collect::<String>().trim().to_owned()]
}

#[cfg(test)]
mod tests;
