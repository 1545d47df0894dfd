//! Web addresses as X finds them: with or without `https://`, and only where the host ends in a top-level domain.
//!
//! The grammar is that of twitter-text (`extractUrlsWithIndices`), whose conformance vectors `tests/vectors.rs` reads.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

/// Longest label of a host, in punycode: <https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4>
const LONGEST_LABEL: usize = 63;
/// Longest address.
const LONGEST_URL: usize = 4096;
/// Longest name behind `https://t.co/`: what is longer is none of X's own.
const LONGEST_SLUG: usize = 40;

/// Top-level domains in their own scripts.
static NATIVE: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let punycode = tld::TLD.iter().filter(|name| name.starts_with("xn--"));
    punycode.map(|name| idna::domain_to_unicode(name).0).collect()
});

/// Where the addresses stand in `text`, in order, in bytes.
pub fn urls(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at, mut before) = (Vec::new(), 0, None);
    while at < text.len() {
        let candidate = begins_word(before).then(|| Candidate::at(text, at)).flatten();
        if let Some(candidate) = candidate {
            candidate.keep(text, before, &mut found);
            at = candidate.end;
        }
        // An address needs a character of its own before it: none begins where another ends.
        before = text[at..].chars().next();
        at += before.map_or(1, char::len_utf8);
    }
    found
}

/// Whether an address may follow this character.
fn begins_word(before: Option<char>) -> bool {
    before.is_none_or(|c| !c.is_ascii_alphanumeric() && !"@＠$#＃".contains(c) && !is_invalid(c))
}

/// What looks like an address.
struct Candidate {
    start: usize,
    domain: Range<usize>,
    /// After the port, the path and the query.
    end: usize,
    protocol: bool,
}

impl Candidate {
    fn at(text: &str, start: usize) -> Option<Self> {
        let scheme = scheme(&text[start..]);
        let from = start + scheme;
        let to = from + domain(&text[from..])?;
        Some(Self {
            start,
            domain: from..to,
            end: to + rest(&text[to..]),
            protocol: scheme > 0,
        })
    }

    fn keep(&self, text: &str, before: Option<char>, found: &mut Vec<Range<usize>>) {
        if self.protocol {
            let url = &text[self.start..self.end];
            let end = match shortened(url) {
                Some(length) if length > LONGEST_SLUG => return,
                Some(_) => self.start + own_length(url),
                None => self.end,
            };
            if is_host(&text[self.domain.clone()]) && url.len() <= LONGEST_URL {
                found.push(self.start..end);
            }
            return;
        }
        if before.is_some_and(|c| "-_./".contains(c)) {
            return;
        }
        // Without `https://`, only what is written in Latin letters; what follows the host belongs to the last of them.
        let mut hosts = latin_hosts(&text[self.domain.clone()]);
        if let Some(last) = hosts.last_mut()
            && self.end > self.domain.end
        {
            last.end = self.end - self.domain.start;
        }
        found.extend(
            hosts
                .into_iter()
                .map(|host| host.start + self.domain.start..host.end + self.domain.start),
        );
    }
}

/// Bytes of `https://` or `http://`.
fn scheme(text: &str) -> usize {
    let is = |scheme: &&str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    ["https://", "http://"]
        .iter()
        .find(|scheme| is(scheme))
        .map_or(0, |scheme| scheme.len())
}

/// Bytes of the host at the beginning: as many labels as possible, the last of which begins with a top-level domain.
fn domain(text: &str) -> Option<usize> {
    let run = text
        .find(|c| !(is_label_char(c) || "_-.".contains(c)))
        .unwrap_or(text.len());
    let labels: Vec<&str> = text[..run].split('.').collect();
    let starts: Vec<usize> = labels
        .iter()
        .scan(0, |at, label| {
            let start = *at;
            *at += label.len() + 1;
            Some(start)
        })
        .collect();
    (1..labels.len()).rev().find_map(|last| {
        let named = is_label(labels[last - 1], false) && labels[..last - 1].iter().all(|label| is_label(label, true));
        let tld = named
            .then(|| top_level(&text[starts[last]..], labels[last].len()))
            .flatten()?;
        Some(starts[last] + tld)
    })
}

/// Letters at both ends; hyphens between them, and, before the name itself, underscores.
fn is_label(label: &str, underscores: bool) -> bool {
    let ends = [label.chars().next(), label.chars().next_back()];
    let inner = |c: char| is_label_char(c) || c == '-' || (underscores && c == '_');
    ends.iter().all(|end| end.is_some_and(is_label_char)) && label.chars().all(inner)
}

/// Bytes of the top-level domain at the beginning of a label of so many bytes.
fn top_level(text: &str, label: usize) -> Option<usize> {
    let ends = text[..label].char_indices().map(|(at, c)| at + c.len_utf8());
    let ends: Vec<usize> = ends.take(LONGEST_LABEL).collect();
    let bounded = |end: usize| !text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || "@+-".contains(c));
    let known = |end: &usize| bounded(*end) && is_top_level(&text[..*end]);
    ends.into_iter().rev().find(known).or_else(|| punycode(&text[..label]))
}

fn is_top_level(name: &str) -> bool {
    let name = name.to_lowercase();
    (name.is_ascii() && !name.starts_with("xn--") && tld::exist(&name)) || NATIVE.contains(&name)
}

/// Bytes of a name in punycode, known or not.
fn punycode(label: &str) -> Option<usize> {
    let prefixed = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    let length = label
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .unwrap_or(label.len());
    (prefixed && length > 4).then_some(length)
}

/// Hosts of Latin letters in a domain.
fn latin_hosts(domain: &str) -> Vec<Range<usize>> {
    let latin = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_accented(c);
    let (mut hosts, mut at) = (Vec::new(), 0);
    while at < domain.len() {
        let run = domain[at..]
            .find(|c| !(latin(c) || c == '.'))
            .map_or(domain.len(), |end| at + end);
        let mut dots = domain[at..run].rmatch_indices('.').map(|(dot, _)| at + dot);
        let host = dots.find_map(|dot| {
            let labelled = domain[at..dot].split('.').all(|label| !label.is_empty());
            let label = domain[dot + 1..].find('.').unwrap_or(domain.len() - dot - 1);
            let tld = labelled.then(|| top_level(&domain[dot + 1..], label)).flatten()?;
            Some(at..dot + 1 + tld)
        });
        let next = host.as_ref().map_or(run, |host| host.end);
        hosts.extend(host.filter(|host| is_host(&domain[host.clone()])));
        at = next.max(at + domain[at..].chars().next().map_or(1, char::len_utf8));
    }
    hosts
}

/// Bytes of the port, the path and the query.
fn rest(text: &str) -> usize {
    let digits = text
        .strip_prefix(':')
        .map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    let port = if digits > 0 { digits + 1 } else { 0 };
    let path = port + path(&text[port..]);
    path + query(&text[path..])
}

/// Bytes of the path: it ends in a letter, a digit or a closed parenthesis, and not in the full stop of a sentence.
fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(c) = text[at..].chars().next() {
        if is_path_char(c) {
            at += c.len_utf8();
            if c.is_ascii_alphanumeric() || "+-=_#/".contains(c) || is_cyrillic(c) || is_accented(c) {
                end = at;
            }
        } else if let Some(length) = parentheses(&text[at..], true) {
            at += length;
            end = at;
        } else {
            break;
        }
    }
    end
}

/// Bytes of `(…)`, in which there may be another pair.
fn parentheses(text: &str, outer: bool) -> Option<usize> {
    let mut at = text.strip_prefix('(').map(|_| 1)?;
    let mut nested = false;
    loop {
        let c = text[at..].chars().next()?;
        if c == ')' {
            return (at > 1).then_some(at + 1);
        } else if is_path_char(c) {
            at += c.len_utf8();
        } else {
            at += (outer && !nested).then(|| parentheses(&text[at..], false)).flatten()?;
            nested = true;
        }
    }
}

/// Bytes of the query.
fn query(text: &str) -> usize {
    if !text.starts_with('?') {
        return 0;
    }
    let inside = |c: &char| c.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(*c);
    let run: usize = text[1..].chars().take_while(inside).count();
    let last = text[1..=run].rfind(|c: char| c.is_ascii_alphanumeric() || "-_&=#/".contains(c));
    last.map_or(0, |last| last + 2)
}

/// Characters of the name of an address of X itself, `https://t.co/name`.
fn shortened(url: &str) -> Option<usize> {
    let name = url.get(scheme(url)..)?;
    let own = name.get(..5).is_some_and(|host| host.eq_ignore_ascii_case("t.co/"));
    let slug = own.then(|| name[5..].bytes().take_while(u8::is_ascii_alphanumeric).count())?;
    (slug > 0).then_some(slug)
}

/// Bytes of such an address: after its name only a query belongs to it.
fn own_length(url: &str) -> usize {
    let name = scheme(url) + "t.co/".len() + shortened(url).unwrap_or_default();
    name + query(&url[name..])
}

/// Whether each label can be written in the domain name system.
fn is_host(domain: &str) -> bool {
    idna::domain_to_ascii(domain).is_ok_and(|ascii| ascii.split('.').all(|label| label.len() <= LONGEST_LABEL))
}

fn is_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*';:=+,.$/%#[]-–_~@|&".contains(c) || is_cyrillic(c) || is_accented(c)
}

/// Anything but white space, punctuation and controls.
fn is_label_char(c: char) -> bool {
    let punctuation = c.is_ascii_punctuation() && c != '"' && c != '`';
    let blank = c.is_whitespace() || c.is_control() || c == '\u{180e}';
    !(punctuation || blank || is_invalid(c) || is_direction(c))
}

/// Characters that X takes in no text.
fn is_invalid(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}

fn is_accented(c: char) -> bool {
    matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}
