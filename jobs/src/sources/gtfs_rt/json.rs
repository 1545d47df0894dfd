//! The JSON rendering of the messages, as it is met: numbers as text and the reverse, enumerations by name or number,
//! `null` for absent (<https://protobuf.dev/programming-guides/json/>).

use prost::bytes::Bytes;
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::codes;

/// A number or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Whole(i64),
    Large(u64),
    Real(f64),
    Text(String),
}

/// A list; `null` is empty.
pub(super) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(input: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

/// A text; ids are sometimes written as numbers.
pub(super) fn text<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    let text = |scalar| match scalar {
        Scalar::Whole(n) => n.to_string(),
        Scalar::Large(n) => n.to_string(),
        Scalar::Real(n) => n.to_string(),
        Scalar::Text(text) => text,
    };
    Ok(Option::<Scalar>::deserialize(input)?.map(text))
}

/// A 64-bit number; the standard rendering writes it as text. What is no number, or negative, counts as absent.
pub(super) fn whole<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    let whole = |scalar| match scalar {
        Scalar::Whole(n) => u64::try_from(n).ok(),
        Scalar::Large(n) => Some(n),
        Scalar::Real(n) => seconds(n),
        Scalar::Text(text) => text.trim().parse().ok().or_else(|| seconds(text.trim().parse().ok()?)),
    };
    Ok(Option::<Scalar>::deserialize(input)?.and_then(whole))
}

/// A time written with a fraction.
fn seconds(value: f64) -> Option<u64> {
    let in_range = value.is_finite() && (0.0..9e15).contains(&value);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked, and the fraction is meant to go"
    )]
    in_range.then_some(value as u64)
}

/// A small number; out of its range it counts as absent.
pub(super) fn small<'de, D: Deserializer<'de>, N: TryFrom<i64>>(input: D) -> Result<Option<N>, D::Error> {
    let number = |scalar| match scalar {
        Scalar::Whole(n) => Some(n),
        Scalar::Text(text) => text.trim().parse().ok(),
        Scalar::Large(_) | Scalar::Real(_) => None,
    };
    Ok(Option::<Scalar>::deserialize(input)?
        .and_then(number)
        .and_then(|n| N::try_from(n).ok()))
}

/// Something that is only noticed.
pub(super) fn presence<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Bytes>, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(input)?.map(|_| Bytes::new()))
}

pub(super) fn cause<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i32>, D::Error> {
    code(input, codes::cause_number)
}

pub(super) fn effect<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i32>, D::Error> {
    code(input, codes::effect_number)
}

pub(super) fn severity<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i32>, D::Error> {
    code(input, codes::severity_number)
}

pub(super) fn incrementality<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i32>, D::Error> {
    code(input, codes::incrementality_number)
}

/// A member of an enumeration, by number or by name.
fn code<'de, D: Deserializer<'de>>(input: D, number: fn(&str) -> i32) -> Result<Option<i32>, D::Error> {
    let read = |scalar| match scalar {
        Scalar::Whole(n) => i32::try_from(n).unwrap_or(codes::UNKNOWN_NAME),
        Scalar::Large(_) | Scalar::Real(_) => codes::UNKNOWN_NAME,
        Scalar::Text(name) => name.trim().parse().unwrap_or_else(|_| number(name.trim())),
    };
    Ok(Option::<Scalar>::deserialize(input)?.map(read))
}
