//! XML, written: every element that is opened is closed, and nothing in a text can end the element it stands in.

/// The declaration that a document begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// A document being written.
pub(super) struct Xml(String);

/// Attributes of an element, in order.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    pub(super) fn new() -> Self {
        Self(DECLARATION.to_owned())
    }

    /// An element around what `inside` writes.
    pub(super) fn within(&mut self, name: &str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.open(name, attributes, ">\n");
        inside(self);
        self.0.extend(["</", name, ">\n"]);
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.open(name, attributes, ">");
        self.0.push_str(&escaped(text));
        self.0.extend(["</", name, ">\n"]);
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.open(name, attributes, "/>\n");
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>, end: &str) {
        self.0.extend(["<", name]);
        for (name, value) in attributes {
            self.0.extend([" ", name, "=\"", &escaped(value), "\""]);
        }
        self.0.push_str(end);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A text that stands in an element or an attribute, of XML or of HTML. What XML 1.0 (§2.2) cannot hold is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(letter),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        let mut xml = Xml::new();
        xml.within("a", &[("b", "\"><c")], |xml| {
            xml.leaf("d", &[], "]]></d>\u{0}\u{b}&amp;\n");
        });
        let written = String::from_utf8(xml.finish()).unwrap();
        assert_eq!(
            written,
            format!("{DECLARATION}<a b=\"&quot;&gt;&lt;c\">\n<d>]]&gt;&lt;/d&gt;&amp;amp;\n</d>\n</a>\n")
        );
    }
}
