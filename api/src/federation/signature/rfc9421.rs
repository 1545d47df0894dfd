//! RFC 9421, as far as the fediverse uses it: one signature, RSASSA-PKCS1-v1_5 with SHA-256.

use chrono::DateTime;

use super::{
    MAX_PARTS, Received, Signed, checked,
    fields::{find, parameters},
};

/// Of RFC 9421 §3.3.2; absent, the key says it.
const ALGORITHM: &str = "rsa-v1_5-sha256";

pub(super) fn read(request: &Received<'_>) -> Result<Signed, &'static str> {
    let input = request.header("signature-input").ok_or("the request is not signed")?;
    let (label, described) = input.split_once('=').ok_or("the signature is not well-formed")?;
    let (names, rest) = described
        .strip_prefix('(')
        .and_then(|inner| inner.split_once(')'))
        .ok_or("the signature is not well-formed")?;
    let parameters = parameters(rest.trim_start_matches(';'), ';').ok_or("the signature is not well-formed")?;
    let key_id = find(&parameters, "keyid").ok_or("the signature is not whole")?;
    if find(&parameters, "alg").is_some_and(|algorithm| algorithm != ALGORITHM) {
        return Err("the algorithm is not rsa-v1_5-sha256");
    }
    let created = find(&parameters, "created").and_then(|seconds| DateTime::from_timestamp(seconds.parse().ok()?, 0));
    if !created.is_some_and(|created| request.is_timely(created)) {
        return Err("the date is not of today");
    }
    let quoted = |name: &str| name.strip_prefix('"')?.strip_suffix('"').map(str::to_owned);
    let names: Option<Vec<String>> = names.split_whitespace().map(quoted).collect();
    let names = names.ok_or("the signature is not well-formed")?;
    whole(&names)?;
    if !request
        .header("content-digest")
        .is_some_and(|list| request.has_digest(&list))
    {
        return Err("the digest is not that of the body");
    }
    let mut lines = Vec::with_capacity(names.len() + 1);
    for name in &names {
        lines.push(format!("\"{name}\": {}", component(request, name)?));
    }
    lines.push(format!("\"@signature-params\": {described}"));
    let signature = request.header("signature").ok_or("the signature is not whole")?;
    let signature = signature
        .strip_prefix(label)
        .and_then(|value| value.strip_prefix("=:"))
        .and_then(|value| value.strip_suffix(':'))
        .ok_or("the signature is not well-formed")?;
    checked(key_id, lines.join("\n"), signature)
}

/// The method, the place and the body must be signed: without one of these, the signature would be good for another
/// request as well.
fn whole(names: &[String]) -> Result<(), &'static str> {
    let has = |name: &str| names.iter().any(|known| known == name);
    let place = has("@target-uri") || ((has("@authority") || has("host")) && (has("@path") || has("@request-target")));
    if names.len() <= MAX_PARTS && has("@method") && has("content-digest") && place {
        return Ok(());
    }
    Err("@method, @target-uri and content-digest must be signed")
}

/// The value of a part (RFC 9421 §2).
fn component(request: &Received<'_>, name: &str) -> Result<String, &'static str> {
    let public = request.public.as_str().trim_end_matches('/');
    Ok(match name {
        "@method" => request.method.to_string(),
        // Behind a proxy only the configuration knows how we are reached.
        "@target-uri" => format!("{public}{}", request.target()),
        "@authority" => request.host.to_lowercase(),
        "@scheme" => request.public.scheme().to_owned(),
        "@request-target" => request.target().to_owned(),
        "@path" => request.uri.path().to_owned(),
        "@query" => format!("?{}", request.uri.query().unwrap_or_default()),
        name => request
            .header(name)
            .filter(|_| !name.starts_with('@'))
            .ok_or("a signed part is missing")?,
    })
}
