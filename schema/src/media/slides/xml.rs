//! XML as presentations have it: UTF-8, no declarations of its own, no deeper and no longer than programs write it.

use quick_xml::{
    Reader, Writer, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{Flaw, SlidesFlaw};

/// Elements within elements: groups of groups of shapes stay well below.
const MAX_DEPTH: usize = 128;
/// Elements and texts of a part: 10,000 on each of 50 slides.
const MAX_NODES: usize = 500_000;

/// An element, with what is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Without its prefix, which each program chooses.
    pub name: String,
    /// With their prefixes.
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// The element of a start tag.
    fn of(start: &BytesStart<'_>) -> Result<Self, Flaw> {
        let mut element = Self {
            name: text(start.local_name().as_ref())?,
            ..Self::default()
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Flaw::Damaged)?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| Flaw::Damaged)?;
            element
                .attributes
                .push((text(attribute.key.as_ref())?, value.into_owned()));
        }
        Ok(element)
    }

    /// The value of an attribute without a prefix.
    pub fn plain(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        Some(&attributes.find(|(key, _)| key == name)?.1)
    }

    /// The value of an attribute with a prefix, whichever it is.
    pub fn prefixed(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let is = |key: &str| key.split_once(':').is_some_and(|(_, local)| local == name);
        Some(&attributes.find(|(key, _)| is(key))?.1)
    }

    /// The elements in it, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of this name in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|child| child.name == name)
    }

    /// The first element of this name below it, however deep.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.elements().find_map(|child| {
            if child.name == name {
                Some(child)
            } else {
                child.find(name)
            }
        })
    }

    /// Hands every element below it to `each`.
    pub fn walk<'a>(&'a self, each: &mut impl FnMut(&'a Self)) {
        for child in self.elements() {
            each(child);
            child.walk(each);
        }
    }

    /// The words in it, in order; `inside` says what of an element is read: its words, others, or nothing.
    pub fn words(&self, inside: &impl Fn(&Self) -> Words) -> String {
        let mut words = String::new();
        for child in &self.children {
            match child {
                Node::Text(text) => words.push_str(text),
                Node::Element(element) => match inside(element) {
                    Words::Own => words.push_str(&element.words(inside)),
                    Words::Space(count) => words.extend(std::iter::repeat_n(' ', count)),
                    Words::None => {}
                },
            }
        }
        words
    }
}

/// What of an element is read within a line.
pub(super) enum Words {
    /// Its own words.
    Own,
    /// As many spaces.
    Space(usize),
    /// Nothing.
    None,
}

/// The events of a part, guarded.
struct Events<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    nodes: usize,
}

impl<'a> Events<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Flaw> {
        let text = std::str::from_utf8(bytes).map_err(|_| Flaw::Damaged)?;
        Ok(Self {
            reader: Reader::from_str(text.trim_start_matches('\u{feff}')),
            depth: 0,
            nodes: 0,
        })
    }

    fn next(&mut self) -> Result<Option<Event<'a>>, Flaw> {
        let event = self.reader.read_event().map_err(|_| Flaw::Damaged)?;
        self.nodes += 1;
        match &event {
            Event::DocType(_) => return Err(SlidesFlaw::Declares.into()),
            // What XML itself does not know, only a declaration could say.
            Event::GeneralRef(reference) => drop(resolved(reference)?),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(Flaw::Damaged),
            Event::Eof => return Ok(None),
            Event::Empty(_) | Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if self.depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err(SlidesFlaw::Swells.into());
        }
        Ok(Some(event))
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Flaw> {
    let character = reference.resolve_char_ref().map_err(|_| Flaw::Damaged)?;
    if let Some(character) = character {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|_| Flaw::Damaged)?;
    let known = resolve_predefined_entity(&name).ok_or(SlidesFlaw::Declares)?;
    Ok(known.to_owned())
}

fn text(bytes: &[u8]) -> Result<String, Flaw> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Flaw::Damaged)
}

/// The root of a part.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, Flaw> {
    let mut events = Events::of(bytes)?;
    // The first stands for the part itself.
    let mut open = vec![Element::default()];
    while let Some(event) = events.next()? {
        let child = match event {
            Event::Start(start) => {
                open.push(Element::of(&start)?);
                continue;
            }
            Event::End(_) if open.len() > 1 => open.pop().map(Node::Element),
            Event::Empty(start) => Some(Node::Element(Element::of(&start)?)),
            Event::Text(words) => Some(Node::Text(words.decode().map_err(|_| Flaw::Damaged)?.into_owned())),
            Event::CData(words) => Some(Node::Text(words.decode().map_err(|_| Flaw::Damaged)?.into_owned())),
            Event::GeneralRef(reference) => Some(Node::Text(resolved(&reference)?)),
            Event::End(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => None,
        };
        if let (Some(child), Some(parent)) = (child, open.last_mut()) {
            parent.children.push(child);
        }
    }
    let part = open.pop().unwrap_or_default();
    let root = part.children.into_iter().find_map(|child| match child {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    root.ok_or(Flaw::Damaged)
}

/// The part without the elements that `is_dropped`, and without what is written between its lines: comments. It is asked
/// with how many elements stand around each.
pub(super) fn without(bytes: &[u8], is_dropped: impl Fn(&Element, usize) -> bool) -> Result<Vec<u8>, Flaw> {
    let mut events = Events::of(bytes)?;
    let mut writer = Writer::new(Vec::with_capacity(bytes.len()));
    // How deep the element stands that is being dropped.
    let mut dropped = None;
    while let Some(event) = events.next()? {
        let depth = events.depth;
        match &event {
            Event::Start(start) if dropped.is_none() && is_dropped(&Element::of(start)?, depth - 1) => {
                dropped = Some(depth);
            }
            Event::End(_) if dropped == Some(depth + 1) => {
                dropped = None;
                continue;
            }
            Event::Empty(start) if dropped.is_none() && is_dropped(&Element::of(start)?, depth) => continue,
            Event::Comment(_) => continue,
            Event::Decl(declared) => utf8(declared)?,
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::PI(_)
            | Event::GeneralRef(_)
            | Event::DocType(_)
            | Event::Eof => {}
        }
        if dropped.is_none() {
            writer.write_event(event).map_err(|_| Flaw::Damaged)?;
        }
    }
    Ok(writer.into_inner())
}

/// A part that says it is in other letters than it is would be read differently elsewhere.
fn utf8(declared: &quick_xml::events::BytesDecl<'_>) -> Result<(), Flaw> {
    match declared.encoding() {
        None => Ok(()),
        Some(Ok(encoding)) if encoding.eq_ignore_ascii_case(b"utf-8") => Ok(()),
        Some(_) => Err(Flaw::Damaged),
    }
}
