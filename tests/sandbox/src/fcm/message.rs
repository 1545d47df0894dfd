//! A message, checked as FCM checks it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::FieldViolation;
use super::phone::Target;
use super::shape::{self, REQUEST};

const PAYLOAD_LIMIT: usize = 4096;
const TOPIC_PAYLOAD_LIMIT: usize = 2048;
const COLLAPSE_ID_LIMIT: usize = 64;
/// Four weeks.
const TTL_LIMIT_S: f64 = 2_419_200.0;
const RESERVED_KEYS: [&str; 2] = ["from", "message_type"];
const RESERVED_PREFIXES: [&str; 2] = ["google.", "gcm.notification."];

/// What a valid message says.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) validate_only: bool,
    pub(super) target: Target,
    pub(super) tag: Option<String>,
    pub(super) collapse_key: Option<String>,
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    pub(super) data: BTreeMap<String, String>,
}

impl Message {
    pub(super) fn read(request: &Value) -> Result<Self, Vec<FieldViolation>> {
        let mut violations = Vec::new();
        shape::check(REQUEST, request, "", &mut violations);
        let message = &request["message"];
        if !message.is_object() {
            violations.push(violation("message", "The message is not set."));
        }
        let target = read_target(message, &mut violations);
        check_data(message, &mut violations);
        check_delivery(message, &mut violations);
        check_size(message, &mut violations);
        match target {
            Some(target) if violations.is_empty() => Ok(Self::of(request, message, target)),
            Some(_) | None => Err(violations),
        }
    }

    fn of(request: &Value, message: &Value, target: Target) -> Self {
        let android = field(message, "android");
        let on_android = field(android, "notification");
        let apns = field(message, "apns");
        let alert = &apns["payload"]["aps"]["alert"];
        let shown = |name: &str| {
            let everywhere = text(field(message, "notification"), name);
            everywhere
                .or_else(|| text(on_android, name))
                .or_else(|| text(alert, name))
        };
        let tag = text(on_android, "tag")
            .or_else(|| text(field(apns, "headers"), "apns-collapse-id"))
            .or_else(|| text(&message["webpush"]["notification"], "tag"));
        Self {
            validate_only: field(request, "validate_only").as_bool().unwrap_or(false),
            target,
            tag,
            collapse_key: text(android, "collapse_key"),
            title: shown("title"),
            body: shown("body"),
            data: text_map(field(message, "data")),
        }
    }
}

fn read_target(message: &Value, violations: &mut Vec<FieldViolation>) -> Option<Target> {
    let named = [
        text(message, "token").map(Target::Token),
        text(message, "fid").map(Target::Fid),
        text(message, "topic").map(Target::Topic),
        text(message, "condition").map(Target::Condition),
    ];
    let mut targets = named.into_iter().flatten();
    let target = targets.next();
    if target.is_none() {
        violations.push(violation("message", "Recipient of the message is not set."));
    }
    if targets.next().is_some() {
        let description = "Invalid value at 'message' (oneof), oneof field 'target' is already set.";
        violations.push(violation("message", description));
    }
    if matches!(&target, Some(Target::Topic(topic)) if topic.starts_with("/topics/") || topic.is_empty()) {
        violations.push(violation("message.topic", "Malformed topic name"));
    }
    target
}

fn check_data(message: &Value, violations: &mut Vec<FieldViolation>) {
    let maps = [field(message, "data"), field(field(message, "android"), "data")];
    for key in maps.iter().filter_map(|map| map.as_object()).flat_map(Map::keys) {
        let prefixed = RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
        if prefixed || RESERVED_KEYS.contains(&key.as_str()) {
            violations.push(violation("message.data", &format!("Invalid data payload key: {key}")));
        }
    }
}

fn check_delivery(message: &Value, violations: &mut Vec<FieldViolation>) {
    let android = field(message, "android");
    if let Some(ttl) = text(android, "ttl") {
        let seconds = ttl.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
        if !seconds.is_some_and(|seconds| (0.0..=TTL_LIMIT_S).contains(&seconds)) {
            violations.push(violation("message.android.ttl", &format!("Invalid ttl: {ttl}")));
        }
    }
    if let Some(priority) = text(android, "priority")
        && !["normal", "high"].contains(&priority.to_ascii_lowercase().as_str())
    {
        let description = format!("Invalid value at 'message.android.priority', \"{priority}\"");
        violations.push(violation("message.android.priority", &description));
    }
    let collapse_id = text(field(field(message, "apns"), "headers"), "apns-collapse-id");
    if collapse_id.is_some_and(|id| id.len() > COLLAPSE_ID_LIMIT) {
        violations.push(violation(
            "message.apns.headers",
            "apns-collapse-id is longer than 64 bytes",
        ));
    }
}

fn check_size(message: &Value, violations: &mut Vec<FieldViolation>) {
    let limit = if message.get("topic").is_some() {
        TOPIC_PAYLOAD_LIMIT
    } else {
        PAYLOAD_LIMIT
    };
    let android = field(message, "android");
    let size = |value: &Value| if value.is_null() { 0 } else { value.to_string().len() };
    let common = size(field(message, "notification")) + size(field(message, "data"));
    let platforms = [
        (
            "Android",
            common + size(field(android, "notification")) + size(field(android, "data")),
        ),
        ("APNs", common + size(&message["apns"]["payload"])),
        ("Web Push", common + size(&message["webpush"]["notification"])),
    ];
    for (platform, _) in platforms.iter().filter(|(_, size)| *size > limit) {
        violations.push(violation("message", &format!("{platform} message is too big")));
    }
}

/// A field by its snake-case name, or by the camel-case one of the JSON mapping.
fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    let camel = name
        .split('_')
        .enumerate()
        .fold(String::new(), |camel, (index, word)| match index {
            0 => word.to_owned(),
            _ => camel + &word[..1].to_ascii_uppercase() + &word[1..],
        });
    object.get(name).or_else(|| object.get(camel)).unwrap_or(&Value::Null)
}

fn text(object: &Value, name: &str) -> Option<String> {
    field(object, name).as_str().map(str::to_owned)
}

fn text_map(object: &Value) -> BTreeMap<String, String> {
    let pairs = object.as_object().into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn violation(field: &str, description: &str) -> FieldViolation {
    FieldViolation {
        field: field.to_owned(),
        description: description.to_owned(),
    }
}
