//! `name="value"` after `name="value"`, as signatures are written.

/// Reads parameters separated by `separator`, quoted or not; none when it is not well-formed.
pub(super) fn parameters(text: &str, separator: char) -> Option<Vec<(String, String)>> {
    let (mut found, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.find(separator).map_or((after, ""), |end| after.split_at(end)),
        };
        found.push((name.trim().to_owned(), value.trim().to_owned()));
        let after = after.trim_start();
        rest = match after.strip_prefix(separator) {
            Some(next) => next.trim_start(),
            None if after.is_empty() => "",
            None => return None,
        };
    }
    Some(found)
}

pub(super) fn find(parameters: &[(String, String)], name: &str) -> Option<String> {
    parameters
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_may_hold_anything_and_must_end() {
        let read = parameters(
            "keyId=\"https://a.example/?x=1,2\",created=12 , headers=\"host date\"",
            ',',
        )
        .unwrap();
        assert_eq!(find(&read, "keyId").unwrap(), "https://a.example/?x=1,2");
        assert_eq!(find(&read, "created").unwrap(), "12");
        assert_eq!(find(&read, "headers").unwrap(), "host date");
        for wrong in ["keyId", "keyId=\"x", "keyId=\"x\"y"] {
            assert_eq!(parameters(wrong, ','), None, "{wrong}");
        }
    }
}
