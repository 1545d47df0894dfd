//! Holds the contract to the letter.

use beffroi_schema::{id::ItemId, value::Severity};
use chrono::DateTime;
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn now() -> Timestamp {
    at("2026-06-10T08:00:00Z")
}

fn note(title: &str, body: &str) -> Note {
    let words = Words {
        title: title.to_owned(),
        body: body.to_owned(),
    };
    Note {
        words: BTreeMap::from([(Language::french(), words)]),
        fallback: Language::french(),
        item: ItemId(Uuid::from_u128(0x0197_5a3e_8c00_7000_8000_0000_0000_0001)),
        version: 3,
        kind: Kind::Disruption,
        campaign: CampaignKind::Alert,
        severity: Some(Severity::Severe),
        link: "https://valbourg.example/valbourg/disruption/01975a3e-8c00-7000-8000-000000000001".to_owned(),
        tag: "AZdaPowAcACAAAAAAAAAAQ".to_owned(),
        urgent: true,
        expires_at: at("2026-06-10T09:00:00Z"),
    }
}

fn json(note: &Note, platform: Platform) -> Value {
    serde_json::to_value(message(note, &Language::french(), platform, now())).unwrap()
}

fn common() -> Value {
    json!({
        "notification": { "title": "Tram B interrompu", "body": "Entre Gare et Halles, jusqu’à 11 h." },
        "data": {
            "campaign": "alert",
            "item": "RGlzcnVwdGlvbjowMTk3NWEzZS04YzAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE",
            "kind": "disruption",
            "link": "https://valbourg.example/valbourg/disruption/01975a3e-8c00-7000-8000-000000000001",
            "severity": "SEVERE",
            "tag": "AZdaPowAcACAAAAAAAAAAQ",
            "v": "1",
            "version": "3",
        },
    })
}

fn with(name: &str, part: Value) -> Value {
    let mut whole = common();
    whole[name] = part;
    whole
}

fn alert() -> Note {
    note("Tram B interrompu", "Entre Gare et Halles, jusqu’à 11 h.")
}

#[test]
fn android_to_the_letter() {
    let expected = with(
        "android",
        json!({
            "collapse_key": "AZdaPowAcACAAAAAAAAAAQ",
            "priority": "HIGH",
            "ttl": "3600s",
            "notification": { "tag": "AZdaPowAcACAAAAAAAAAAQ", "channel_id": "urgent" },
        }),
    );
    assert_eq!(json(&alert(), Platform::Android), expected);
}

#[test]
fn ios_to_the_letter() {
    let expected = with(
        "apns",
        json!({
            "headers": {
                "apns-collapse-id": "AZdaPowAcACAAAAAAAAAAQ",
                "apns-expiration": "1781082000",
                "apns-priority": "10",
                "apns-push-type": "alert",
            },
            "payload": { "aps": {
                "interruption-level": "time-sensitive",
                "thread-id": "AZdaPowAcACAAAAAAAAAAQ",
                "sound": "default",
            } },
        }),
    );
    assert_eq!(json(&alert(), Platform::Ios), expected);
}

#[test]
fn web_to_the_letter() {
    let expected = with(
        "webpush",
        json!({
            "headers": { "TTL": "3600", "Topic": "AZdaPowAcACAAAAAAAAAAQ", "Urgency": "high" },
            "notification": { "tag": "AZdaPowAcACAAAAAAAAAAQ" },
            "fcm_options": { "link": "https://valbourg.example/valbourg/disruption/01975a3e-8c00-7000-8000-000000000001" },
        }),
    );
    assert_eq!(json(&alert(), Platform::Web), expected);
}

#[test]
fn what_is_not_urgent_wakes_nobody() {
    let mut calm = alert();
    calm.urgent = false;
    calm.expires_at = at("2026-06-11T09:00:00Z");
    let android = json(&calm, Platform::Android);
    assert_eq!(android["android"]["priority"], "NORMAL");
    assert_eq!(android["android"]["ttl"], "14400s", "four hours at most");
    assert_eq!(android["android"]["notification"]["channel_id"], "disruptions");
    let ios = json(&calm, Platform::Ios);
    assert_eq!(ios["apns"]["headers"]["apns-priority"], "5");
    assert_eq!(ios["apns"]["payload"]["aps"]["interruption-level"], "active");
    assert_eq!(json(&calm, Platform::Web)["webpush"]["headers"]["Urgency"], "normal");
}

#[test]
fn the_end_of_it_comes_without_a_sound() {
    let mut over = alert();
    over.campaign = CampaignKind::Resolved;
    let aps = &json(&over, Platform::Ios)["apns"]["payload"]["aps"];
    assert_eq!(aps["interruption-level"], "passive");
    assert_eq!(aps.get("sound"), None);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let cut = within(&"👩‍🚒".repeat(100), 40);
    assert_eq!(cut, "👩‍🚒".repeat(3) + "…");
    assert_eq!(within("à\u{7}\nb", 40), "à\nb");
}

proptest! {
    #[test]
    fn any_text_stays_within_what_fcm_takes(title in "\\PC{0,600}", body in "(?s).{0,2000}") {
        for platform in Platform::ALL {
            let message = message(&note(&title, &body), &Language::french(), *platform, now());
            let bytes = serde_json::to_vec(&message).unwrap().len();
            prop_assert!(bytes < fcm::MAX_PAYLOAD_BYTES, "{bytes} bytes for {platform}");
            prop_assert!(fcm::Prepared::new(&message).is_ok());
        }
    }

    #[test]
    fn even_text_that_doubles_as_json(title in "[\"\\\\\n]{0,600}", body in "[\"\\\\\n]{0,2000}") {
        let message = message(&note(&title, &body), &Language::french(), Platform::Ios, now());
        prop_assert!(serde_json::to_vec(&message).unwrap().len() < fcm::MAX_PAYLOAD_BYTES);
    }
}
