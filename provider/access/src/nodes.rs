//! The nodes of the access graph, by number and by name.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use indexmap::{Equivalent, IndexSet};
use portcullis_model::{Name, Subject, visible};

/// Longest name of somebody else that a witness repeats, in characters.
const SHOWN_CHARS: usize = 300;

/// A node, by its number. Numbers depend on the order of the facts: nothing that a reader sees may.
pub(crate) type Node = u32;

/// Whose name a name is: 0 is everybody's, each source has its own.
pub(crate) type Scope = u32;

/// Names that mean the same whichever source says them.
pub(crate) const EVERYBODY: Scope = 0;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    scope: Scope,
    /// Whether it stands for many, such as `any pod in infer`. Kept apart so that no source can name one.
    is_class: bool,
    text: Box<str>,
}

#[derive(Hash)]
struct Sought<'a> {
    scope: Scope,
    is_class: bool,
    text: &'a str,
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        (self.scope, self.is_class, self.text) == (key.scope, key.is_class, &*key.text)
    }
}

/// Every node, interned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes {
    scopes: IndexSet<Name>,
    /// Those of which several are alike, so that what stands for many is shown with the one that it is of.
    alike: BTreeSet<Scope>,
    /// Shared by graphs of which one came from the other.
    base: Arc<IndexSet<Key>>,
    more: IndexSet<Key>,
    /// Those of which nobody speaks any more.
    gone: BTreeSet<Node>,
    /// Those that came to be, or came back, since the last time that somebody asked.
    news: Vec<Node>,
}

impl Nodes {
    /// Makes every node one that graphs share which are cloned from this.
    pub(crate) fn seal(&mut self) {
        if self.base.is_empty() {
            self.base = Arc::new(std::mem::take(&mut self.more));
        }
    }

    /// Has what stands for many of these scopes shown with the source that it is of.
    pub(crate) fn tell_apart(&mut self, alike: BTreeSet<Scope>) {
        self.alike = alike;
    }

    /// One more than the largest number.
    pub(crate) fn len(&self) -> usize {
        self.base.len() + self.more.len()
    }

    /// Those that came to be, or came back, since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<Node> {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// The node that a source calls `id`, where some fact named it.
    pub(crate) fn known(&self, id: &str, scope: Scope) -> Option<Node> {
        let (source, text) = placed(id);
        let scope = match source {
            Whose::Everybody => EVERYBODY,
            Whose::Said => scope,
            Whose::Other(name) => self.known_scope(&name)?,
        };
        self.find(&text, scope)
    }

    /// Nobody speaks of the node any more.
    pub(crate) fn bury(&mut self, node: Node) {
        self.gone.insert(node);
    }

    pub(crate) fn is_gone(&self, node: Node) -> bool {
        !self.gone.is_empty() && self.gone.contains(&node)
    }

    fn key(&self, node: Node) -> Option<&Key> {
        match (node as usize).checked_sub(self.base.len()) {
            Some(further) => self.more.get_index(further),
            None => self.base.get_index(node as usize),
        }
    }

    /// The scope of a source, new or not.
    pub(crate) fn scope(&mut self, source: &Name) -> Scope {
        let (index, _) = self.scopes.insert_full(source.clone());
        number(index + 1)
    }

    /// The scope of a source that some fact named.
    pub(crate) fn known_scope(&self, source: &Name) -> Option<Scope> {
        self.scopes
            .get_index_of(source)
            .map(|index| number(index + 1))
    }

    /// The node that a source calls `id`, new or not.
    pub(crate) fn named(&mut self, id: &str, scope: Scope) -> Node {
        let (source, text) = placed(id);
        let scope = match source {
            Whose::Everybody => EVERYBODY,
            Whose::Said => scope,
            Whose::Other(name) => self.scope(&name),
        };
        self.insert(scope, false, &text)
    }

    /// The node that stands for many of a scope, new or not; `words` say which.
    pub(crate) fn class(&mut self, words: &str, scope: Scope) -> Node {
        self.insert(scope, true, words)
    }

    /// The node of a name in a scope, as it stands.
    pub(crate) fn find(&self, text: &str, scope: Scope) -> Option<Node> {
        self.index(scope, false, text)
    }

    pub(crate) fn find_class(&self, words: &str, scope: Scope) -> Option<Node> {
        self.index(scope, true, words)
    }

    /// The nodes that a declared subject is: usually one or none; a name such as `group:system:masters` is one a source.
    pub(crate) fn of(&self, subject: &Subject) -> Vec<Node> {
        let text = subject.to_string();
        let (whose, local) = placed(&text);
        match whose {
            Whose::Everybody => self.find(&text, EVERYBODY).into_iter().collect(),
            Whose::Other(name) => {
                let scope = self.known_scope(&name);
                let node = scope.and_then(|scope| self.find(&local, scope));
                node.into_iter().collect()
            }
            Whose::Said => {
                let scopes = 0..=number(self.scopes.len());
                scopes
                    .filter_map(|scope| self.find(&local, scope))
                    .collect()
            }
        }
    }

    /// The name inside its scope, and the scope; nothing for a node that stands for many.
    pub(crate) fn name(&self, node: Node) -> Option<(&str, Scope)> {
        let key = self.key(node).filter(|_| !self.is_gone(node))?;
        (!key.is_class).then_some((&*key.text, key.scope))
    }

    /// The words of a node that stands for many, and its scope.
    pub(crate) fn class_words(&self, node: Node) -> Option<(&str, Scope)> {
        let key = self.key(node).filter(|_| !self.is_gone(node))?;
        key.is_class.then_some((&*key.text, key.scope))
    }

    /// The node as a witness shows it, with the connector in the name of what is one connector's own.
    pub(crate) fn shown(&self, node: Node) -> String {
        let Some(key) = self.key(node) else {
            return String::new();
        };
        let text = visible(&key.text, SHOWN_CHARS);
        let source = (key.scope as usize)
            .checked_sub(1)
            .and_then(|index| self.scopes.get_index(index));
        match (source, text.split_once(':')) {
            (Some(source), Some((kind, rest))) if !key.is_class => {
                format!("{kind}:{source}/{rest}")
            }
            (Some(source), None) if !key.is_class => format!("{source}/{text}"),
            // A class of one part of a source names the part, which is enough where no other source has parts of such names; the
            // others are of the whole source.
            (Some(source), _)
                if key.is_class
                    && (self.alike.contains(&key.scope)
                        || ![" in ", " of "].iter().any(|word| text.contains(word))) =>
            {
                format!("{text} of {source}")
            }
            _ => text,
        }
    }

    fn insert(&mut self, scope: Scope, is_class: bool, text: &str) -> Node {
        if let Some(node) = self.numbered(scope, is_class, text) {
            if !self.gone.is_empty() && self.gone.remove(&node) {
                self.news.push(node);
            }
            return node;
        }
        let text = text.into();
        let key = Key {
            scope,
            is_class,
            text,
        };
        self.more.insert(key);
        let node = number(self.len() - 1);
        if !self.base.is_empty() {
            self.news.push(node);
        }
        node
    }

    fn index(&self, scope: Scope, is_class: bool, text: &str) -> Option<Node> {
        let node = self.numbered(scope, is_class, text)?;
        (!self.is_gone(node)).then_some(node)
    }

    /// The number of a node, whether or not anybody speaks of it.
    fn numbered(&self, scope: Scope, is_class: bool, text: &str) -> Option<Node> {
        let sought = Sought {
            scope,
            is_class,
            text,
        };
        let known = self.base.get_index_of(&sought);
        let further = || Some(self.base.len() + self.more.get_index_of(&sought)?);
        known.or_else(further).map(number)
    }
}

/// Whose a name is.
enum Whose {
    Everybody,
    /// That of the source that said it.
    Said,
    /// That of another source, which the name itself names.
    Other(Name),
}

/// Whose name `id` is, and how that one spells it. Pipelines, workloads, people, groups and cloud roles are called the
/// same by every source; `sa:cluster/infer/fraud` names the source; all else is the source's own.
fn placed(id: &str) -> (Whose, Cow<'_, str>) {
    let own = (Whose::Said, Cow::Borrowed(id));
    let Some((kind, rest)) = id.split_once(':') else {
        return own;
    };
    let for_everybody = match kind {
        "ci" | "oidc" | "spiffe" | "serviceAccount" => true,
        "role" => rest.starts_with("arn:"),
        "user" | "group" => !rest.starts_with("system:"),
        "sa" => {
            let parts: Vec<&str> = rest.split('/').collect();
            let [connector, namespace, name] = parts.as_slice() else {
                return own;
            };
            return match connector.parse() {
                Ok(source) => (
                    Whose::Other(source),
                    format!("sa:{namespace}/{name}").into(),
                ),
                Err(_) => own,
            };
        }
        _ => false,
    };
    if for_everybody {
        return (Whose::Everybody, Cow::Borrowed(id));
    }
    // The user that a service account is to Kubernetes is the service account.
    match rest
        .strip_prefix("system:serviceaccount:")
        .and_then(|account| account.split_once(':'))
    {
        Some((namespace, name)) if kind == "user" => {
            (Whose::Said, format!("sa:{namespace}/{name}").into())
        }
        _ => own,
    }
}

/// A position as a number. More than four thousand million of anything do not fit into memory.
pub(crate) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
