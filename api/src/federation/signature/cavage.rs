//! <https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12>

use super::{
    MAX_PARTS, Received, Signed, checked,
    fields::{find, parameters},
    http_date,
};

/// What must be signed: without one of these, the signature would be good for another request as well.
const NEEDED: [&str; 4] = ["(request-target)", "host", "date", "digest"];
/// All of them mean RSA with SHA-256 in the fediverse.
const ALGORITHMS: [&str; 2] = ["rsa-sha256", "hs2019"];

pub(super) fn read(request: &Received<'_>) -> Result<Signed, &'static str> {
    let header = request.header("signature").ok_or("the request is not signed")?;
    let parameters = parameters(&header, ',').ok_or("the signature is not well-formed")?;
    let find = |name: &str| find(&parameters, name);
    let (Some(key_id), Some(names), Some(signature)) = (find("keyId"), find("headers"), find("signature")) else {
        return Err("the signature is not whole");
    };
    if find("algorithm").is_some_and(|algorithm| !ALGORITHMS.contains(&algorithm.to_lowercase().as_str())) {
        return Err("the algorithm is not rsa-sha256");
    }
    let names: Vec<String> = names.split_whitespace().map(str::to_lowercase).collect();
    if names.len() > MAX_PARTS || !NEEDED.iter().all(|needed| names.iter().any(|name| name == needed)) {
        return Err("(request-target), host, date and digest must be signed");
    }
    let date = request.header("date").and_then(|date| http_date(&date));
    if !date.is_some_and(|date| request.is_timely(date)) {
        return Err("the date is not of today");
    }
    if !request.header("digest").is_some_and(|list| request.has_digest(&list)) {
        return Err("the digest is not that of the body");
    }
    let mut lines = Vec::with_capacity(names.len());
    for name in &names {
        let value = match name.as_str() {
            "(request-target)" => {
                format!("{} {}", request.method.as_str().to_lowercase(), request.target())
            }
            "(created)" => find("created").ok_or("a signed part is missing")?,
            "(expires)" => find("expires").ok_or("a signed part is missing")?,
            "host" => request.header("host").unwrap_or_else(|| request.host.to_owned()),
            name => request.header(name).ok_or("a signed part is missing")?,
        };
        lines.push(format!("{name}: {value}"));
    }
    checked(key_id, lines.join("\n"), &signature)
}
