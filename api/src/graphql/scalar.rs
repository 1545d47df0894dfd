//! Values with a written form of their own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use beffroi_schema::{clock::Timestamp, value};
use chrono::{FixedOffset, NaiveDate, NaiveDateTime, Offset as _, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;

/// An instant, as RFC 3339 writes it: `2026-03-28T08:00:00+01:00`. Answers carry the offset of the place concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<FixedOffset>);

impl DateTime {
    /// An instant by the clocks of `zone`; of Greenwich, when there is no such zone.
    pub fn at(instant: Timestamp, zone: &str) -> Self {
        let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
        let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
        Self(instant.with_timezone(&offset))
    }

    /// The same instant in UTC.
    pub fn utc(self) -> Timestamp {
        self.0.with_timezone(&Utc)
    }
}

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
/// An instant, as RFC 3339 writes it: `2026-03-28T08:00:00+01:00`. Answers carry the offset of the place concerned.
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(chrono::DateTime::parse_from_rfc3339(text)?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDate(pub NaiveDate);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
/// A day of the calendar, whatever the time zone: `2026-03-28`.
impl ScalarType for LocalDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(NaiveDate::parse_from_str(text, "%Y-%m-%d")?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An hour on the wall, on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDateTime(pub NaiveDateTime);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
/// What the clock on the wall shows, on a day, whatever the time zone: `2026-03-28T20:30:00`.
impl ScalarType for LocalDateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%dT%H:%M:%S").to_string())
    }
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration(pub chrono::Duration);

#[Scalar(specified_by_url = "https://www.iso.org/iso-8601-date-and-time-format.html")]
/// A length of time, as ISO 8601 writes it in seconds: `PT5400S`.
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let seconds = match &value {
            Value::String(text) => text
                .strip_prefix("PT")
                .and_then(|rest| rest.strip_suffix('S')?.parse().ok()),
            _ => None,
        };
        let length = seconds.and_then(chrono::Duration::try_seconds);
        length.map(Self).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("PT{}S", self.0.num_seconds()))
    }
}

/// The IANA name of a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone(pub String);

#[Scalar(specified_by_url = "https://www.iana.org/time-zones")]
/// The IANA name of a time zone: `Europe/Paris`.
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(name) if name.parse::<Tz>().is_ok() => Ok(Self(name.clone())),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An absolute URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

#[Scalar(specified_by_url = "https://url.spec.whatwg.org/")]
/// An absolute URL.
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(url::Url::parse(text)?.into())),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A BCP 47 language tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageTag(pub value::Language);

#[Scalar(specified_by_url = "https://www.rfc-editor.org/info/bcp47")]
/// A BCP 47 language tag: `fr`, `pt-BR`.
impl ScalarType for LanguageTag {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(tag) => Ok(Self(tag.parse()?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A GeoJSON geometry.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry(pub value::Shape);

#[Scalar(
    name = "GeoJSONGeometry",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc7946#section-3.1"
)]
/// A GeoJSON geometry object: `{ "type": "Polygon", "coordinates": [...] }`, degrees east before degrees north.
impl ScalarType for Geometry {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(serde_json::from_value(value.into_json()?)?))
    }

    fn to_value(&self) -> Value {
        // A geometry that was read from JSON can be written as JSON.
        Value::from_json(serde_json::to_value(&self.0).unwrap_or_default()).unwrap_or_default()
    }
}
