use chrono::DateTime;

use super::*;

const NOW: &str = "2026-06-01T08:00:00Z";
const DATE: &str = "Mon, 01 Jun 2026 07:59:00 GMT";
const BODY: &[u8] = b"{}";
/// Of `{}`.
const DIGEST: &str = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=";

fn verdict(headers: &[(&str, &str)]) -> Result<Signed, &'static str> {
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        all.append(name, value.parse().unwrap());
    }
    read(&Received {
        method: &Method::POST,
        uri: &"/federation/inbox?a=1".parse().unwrap(),
        headers: &all,
        body: BODY,
        public: &"https://ville.example/".parse().unwrap(),
        host: "ville.example",
        now: DateTime::parse_from_rfc3339(NOW).unwrap().to_utc(),
    })
}

fn cavage(date: &str, digest: &str, signed: &str) -> Result<Signed, &'static str> {
    let signature = format!("keyId=\"https://pair.example/u#main-key\",headers=\"{signed}\",signature=\"AAAA\"");
    verdict(&[
        ("host", "ville.example"),
        ("date", date),
        ("digest", &format!("SHA-256={digest}")),
        ("signature", &signature),
    ])
}

#[test]
fn what_is_signed_is_written_as_the_draft_says() {
    let signed = cavage(DATE, DIGEST, "(request-target) host date digest").unwrap();
    assert_eq!(
        signed.text,
        format!(
            "(request-target): post /federation/inbox?a=1\nhost: ville.example\ndate: {DATE}\ndigest: SHA-256={DIGEST}"
        )
    );
    assert_eq!(
        (signed.key_id.as_str(), signed.signature),
        ("https://pair.example/u#main-key", vec![0, 0, 0])
    );
}

#[test]
fn bad_form_is_refused_at_the_door() {
    let all = "(request-target) host date digest";
    assert_eq!(
        cavage("Sun, 31 May 2026 19:59:59 GMT", DIGEST, all),
        Err("the date is not of today")
    );
    assert_eq!(
        cavage("Mon, 01 Jun 2026 09:00:01 GMT", DIGEST, all),
        Err("the date is not of today")
    );
    assert_eq!(cavage("today", DIGEST, all), Err("the date is not of today"));
    assert_eq!(cavage(DATE, "AAAA", all), Err("the digest is not that of the body"));
    for part in all.split(' ') {
        let fewer: Vec<&str> = all.split(' ').filter(|name| *name != part).collect();
        assert!(cavage(DATE, DIGEST, &fewer.join(" ")).is_err(), "{part} must be signed");
    }
    assert_eq!(
        cavage(DATE, DIGEST, "(request-target) host date digest x-y"),
        Err("a signed part is missing")
    );
    assert_eq!(verdict(&[("host", "ville.example")]), Err("the request is not signed"));
    assert_eq!(
        verdict(&[("host", "autre.example")]),
        Err("the request is for another host")
    );
}

fn standard(names: &str, created: i64, digest: &str) -> Result<Signed, &'static str> {
    let input = format!("sig1=({names});created={created};keyid=\"https://pair.example/u#main-key\"");
    verdict(&[
        ("host", "ville.example"),
        ("content-digest", &format!("sha-256=:{digest}:")),
        ("signature-input", &input),
        ("signature", "sig1=:AAAA:"),
    ])
}

#[test]
fn the_standard_is_read_too() {
    let created = DateTime::parse_from_rfc3339(NOW).unwrap().timestamp();
    let names = "\"@method\" \"@target-uri\" \"content-digest\"";
    let signed = standard(names, created, DIGEST).unwrap();
    assert_eq!(
        signed.text,
        format!(
            "\"@method\": POST\n\"@target-uri\": https://ville.example/federation/inbox?a=1\n\
             \"content-digest\": sha-256=:{DIGEST}:\n\
             \"@signature-params\": ({names});created={created};keyid=\"https://pair.example/u#main-key\""
        )
    );
    assert_eq!(
        standard(names, created - 43_201, DIGEST),
        Err("the date is not of today")
    );
    assert_eq!(
        standard(names, created, "AAAA"),
        Err("the digest is not that of the body")
    );
    assert!(
        standard("\"@method\" \"content-digest\"", created, DIGEST).is_err(),
        "the place must be signed"
    );
    assert!(
        standard("\"@method\" \"@target-uri\"", created, DIGEST).is_err(),
        "the body must be signed"
    );
}
