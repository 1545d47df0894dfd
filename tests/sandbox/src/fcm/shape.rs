//! The message's schema: which fields exist, and what they hold.
//!
//! <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#Message>

use serde_json::Value;

use super::error::FieldViolation;

pub(super) enum Shape {
    Text,
    Number,
    Bool,
    /// Any JSON: the keys are not Google's to define (APNs payload, Web Push notification).
    Free,
    TextMap,
    List(&'static Shape),
    Object(Fields),
}

type Fields = &'static [(&'static str, Shape)];

pub(super) const REQUEST: Fields = &[("validate_only", Shape::Bool), ("message", Shape::Object(MESSAGE))];

const MESSAGE: Fields = &[
    ("name", Shape::Text),
    ("token", Shape::Text),
    ("fid", Shape::Text),
    ("topic", Shape::Text),
    ("condition", Shape::Text),
    ("data", Shape::TextMap),
    ("notification", Shape::Object(NOTIFICATION)),
    ("android", Shape::Object(ANDROID)),
    ("webpush", Shape::Object(WEBPUSH)),
    ("apns", Shape::Object(APNS)),
    ("fcm_options", Shape::Object(&[("analytics_label", Shape::Text)])),
];

const NOTIFICATION: Fields = &[("title", Shape::Text), ("body", Shape::Text), ("image", Shape::Text)];

const ANDROID: Fields = &[
    ("collapse_key", Shape::Text),
    ("priority", Shape::Text),
    ("ttl", Shape::Text),
    ("restricted_package_name", Shape::Text),
    ("data", Shape::TextMap),
    ("notification", Shape::Object(ANDROID_NOTIFICATION)),
    ("fcm_options", Shape::Object(&[("analytics_label", Shape::Text)])),
    ("direct_boot_ok", Shape::Bool),
    ("bandwidth_constrained_ok", Shape::Bool),
    ("restricted_satellite_ok", Shape::Bool),
];

const ANDROID_NOTIFICATION: Fields = &[
    ("title", Shape::Text),
    ("body", Shape::Text),
    ("icon", Shape::Text),
    ("color", Shape::Text),
    ("sound", Shape::Text),
    ("tag", Shape::Text),
    ("click_action", Shape::Text),
    ("body_loc_key", Shape::Text),
    ("body_loc_args", Shape::List(&Shape::Text)),
    ("title_loc_key", Shape::Text),
    ("title_loc_args", Shape::List(&Shape::Text)),
    ("channel_id", Shape::Text),
    ("ticker", Shape::Text),
    ("sticky", Shape::Bool),
    ("event_time", Shape::Text),
    ("local_only", Shape::Bool),
    ("notification_priority", Shape::Text),
    ("default_sound", Shape::Bool),
    ("default_vibrate_timings", Shape::Bool),
    ("default_light_settings", Shape::Bool),
    ("vibrate_timings", Shape::List(&Shape::Text)),
    ("visibility", Shape::Text),
    ("notification_count", Shape::Number),
    ("light_settings", Shape::Free),
    ("image", Shape::Text),
    ("bypass_proxy_notification", Shape::Bool),
    ("proxy", Shape::Text),
];

const APNS: Fields = &[
    ("headers", Shape::TextMap),
    ("payload", Shape::Free),
    (
        "fcm_options",
        Shape::Object(&[("analytics_label", Shape::Text), ("image", Shape::Text)]),
    ),
    ("live_activity_token", Shape::Text),
];

const WEBPUSH: Fields = &[
    ("headers", Shape::TextMap),
    ("data", Shape::TextMap),
    ("notification", Shape::Free),
    (
        "fcm_options",
        Shape::Object(&[("link", Shape::Text), ("analytics_label", Shape::Text)]),
    ),
];

impl Shape {
    /// Adds what does not fit to `violations`, in Google's words.
    fn check(&self, value: &Value, path: &str, violations: &mut Vec<FieldViolation>) {
        match (self, value) {
            (_, Value::Null)
            | (Self::Text, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Free, Value::Object(_)) => {}
            (Self::List(item), Value::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    item.check(value, &format!("{path}[{index}]"), violations);
                }
            }
            (Self::TextMap, Value::Object(map)) => {
                for (index, value) in map.values().enumerate() {
                    if !value.is_string() {
                        violations.push(mistyped(&format!("{path}[{index}].value"), "TYPE_STRING", value));
                    }
                }
            }
            (Self::Object(fields), Value::Object(_)) => check(fields, value, path, violations),
            (shape, value) => violations.push(mistyped(path, shape.type_name(), value)),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Text => "TYPE_STRING",
            Self::Number => "TYPE_INT32",
            Self::Bool => "TYPE_BOOL",
            Self::Free | Self::TextMap | Self::List(_) | Self::Object(_) => "TYPE_MESSAGE",
        }
    }
}

/// Checks an object field by field.
pub(super) fn check(fields: Fields, value: &Value, path: &str, violations: &mut Vec<FieldViolation>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let here = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match fields.iter().find(|(name, _)| *name == snake_case(key)) {
            Some((_, shape)) => shape.check(value, &here, violations),
            None => violations.push(unknown(path, key)),
        }
    }
}

/// Protocol buffers' JSON mapping takes `collapseKey` for `collapse_key`.
fn snake_case(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn unknown(path: &str, key: &str) -> FieldViolation {
    let place = if path.is_empty() {
        String::new()
    } else {
        format!(" at '{path}'")
    };
    let description = format!("Invalid JSON payload received. Unknown name \"{key}\"{place}: Cannot find field.");
    FieldViolation {
        field: path.to_owned(),
        description,
    }
}

fn mistyped(path: &str, type_name: &str, value: &Value) -> FieldViolation {
    FieldViolation {
        field: path.to_owned(),
        description: format!("Invalid value at '{path}' ({type_name}), {value}"),
    }
}
