//! Answers in XML.

use portcullis_plugin::Failure;
use roxmltree::{Document, Node, ParsingOptions};

/// Elements and attributes of one answer; a page of a thousand roles has a tenth of it.
const NODES: u32 = 2_000_000;

/// An element of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a>(Node<'a, 'a>);

/// The text as a document; `what` was asked.
///
/// # Errors
/// When it is no whole XML document.
pub(crate) fn parse<'a>(text: &'a str, what: &str) -> Result<Document<'a>, Failure> {
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| {
        Failure::malformed(format!(
            "`{what}` was answered with {} bytes that are no XML: {error}.",
            text.len()
        ))
    })
}

impl<'a> Element<'a> {
    pub(crate) fn root(document: &'a Document<'a>) -> Self {
        Self(document.root_element())
    }

    /// The first element of that name inside, however deep.
    pub(crate) fn find(self, name: &str) -> Option<Self> {
        let mut all = self.0.descendants();
        all.find(|node| node.tag_name().name() == name).map(Self)
    }

    /// The child of that name.
    pub(crate) fn child(self, name: &str) -> Option<Self> {
        let mut children = self.0.children();
        children
            .find(|node| node.tag_name().name() == name)
            .map(Self)
    }

    /// The text of the child of that name, empty when it is not there.
    pub(crate) fn text(self, name: &str) -> &'a str {
        self.child(name)
            .and_then(|child| child.0.text())
            .unwrap_or_default()
            .trim()
    }

    /// As [`Element::text`].
    ///
    /// # Errors
    /// When there is no text.
    pub(crate) fn needed(self, name: &str) -> Result<&'a str, Failure> {
        match self.text(name) {
            "" => Err(Failure::malformed(format!(
                "An element `{}` of the answer has no `{name}`.",
                self.0.tag_name().name()
            ))),
            text => Ok(text),
        }
    }

    /// The elements of the list of that name; none when it is not there.
    pub(crate) fn list(self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        let items = self.child(name).map(|list| list.0.children());
        items.into_iter().flatten().filter_map(|node| {
            let is_item = matches!(node.tag_name().name(), "member" | "item");
            is_item.then_some(Self(node))
        })
    }

    /// Its own text.
    pub(crate) fn own_text(self) -> &'a str {
        self.0.text().unwrap_or_default().trim()
    }
}
