//! One page of a list, in either of the encodings in which servers write what they have compiled in.

use portcullis_plugin::{Failure, Response};
use prost::bytes::{Buf as _, Bytes};
use prost::{DecodeError, Message};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::head;

/// Kubernetes' own encoding of protobuf messages.
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
/// What stands before a message in it.
const MAGIC: &[u8] = b"k8s\0";
/// How much of the server's own words is shown.
const QUOTED_CHARS: usize = 240;

/// How a list is asked for and read.
pub(crate) struct Encoding<T> {
    /// The header `accept` of a request for it; empty where the server decides, which then writes JSON.
    pub(crate) accept: &'static str,
    read: fn(&Written) -> Result<Page<T>, Failure>,
}

/// What a page holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) objects: Vec<T>,
    /// What the server gave to go on with; empty on the last page.
    pub(crate) next: String,
}

/// A page as the server wrote it, of which no object is read yet.
#[derive(Debug)]
pub(crate) enum Written {
    Json(Response),
    Protobuf {
        list: List,
        bytes: usize,
        /// Which list it is.
        path: String,
    },
}

/// A list in JSON.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct JsonList<T> {
    metadata: JsonListMetadata,
    /// `null` stands for an empty list; an answer without it is no list.
    #[serde(deserialize_with = "crate::metadata::or_default")]
    items: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct JsonListMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

/// A message with its type before it.
#[derive(Message)]
struct Envelope {
    #[prost(message, required, tag = "1")]
    type_of: TypeOf,
    #[prost(bytes = "bytes", tag = "2")]
    message: Bytes,
}

#[derive(Message)]
struct TypeOf {
    #[prost(string, tag = "2")]
    kind: String,
}

/// A list whose objects are not read yet.
#[derive(Message)]
pub(crate) struct List {
    #[prost(message, required, tag = "1")]
    metadata: ListMetadata,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    items: Vec<Bytes>,
}

#[derive(Message)]
struct ListMetadata {
    #[prost(string, tag = "3")]
    next: String,
}

/// What the server says when it refuses.
#[derive(Deserialize, Message)]
struct Status {
    #[prost(string, tag = "3")]
    message: String,
}

impl<T: DeserializeOwned> Encoding<T> {
    /// JSON, which every server writes of everything.
    pub(crate) const JSON: Self = Self {
        accept: "",
        read: Written::json,
    };
}

impl<T: DeserializeOwned + Message + Default> Encoding<T> {
    /// Protobuf where the server has it, for large lists: what is not read is skipped without looking at it. Custom
    /// resources are never written so.
    pub(crate) const COMPACT: Self = Self {
        accept: "application/vnd.kubernetes.protobuf,application/json",
        read: Written::either,
    };
}

impl<T> Encoding<T> {
    /// # Errors
    /// When the page is not written as its server says, or holds something else.
    pub(crate) fn read(&self, written: &Written) -> Result<Page<T>, Failure> {
        (self.read)(written)
    }
}

impl Written {
    /// A page of the list at `path`.
    ///
    /// # Errors
    /// When the answer is no success, or says that it is protobuf and is no list in it.
    pub(crate) fn of(response: Response, path: &str) -> Result<Self, Failure> {
        let response = response.success()?;
        if !is_protobuf(&response) {
            return Ok(Self::Json(response));
        }
        let bytes = response.body.len();
        let list = list(response.body).map_err(|reason| unexpected(path, bytes, &reason))?;
        Ok(Self::Protobuf {
            list,
            bytes,
            path: path.to_owned(),
        })
    }

    /// What the server gave to go on with, empty on the last page; none when that is not known before the page is read.
    pub(crate) fn next(&self) -> Option<String> {
        match self {
            Self::Json(response) => head::next(&response.body),
            Self::Protobuf { list, .. } => Some(list.metadata.next.clone()),
        }
    }

    /// Bytes of the whole page.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Json(response) => response.body.len(),
            Self::Protobuf { bytes, .. } => *bytes,
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<Page<T>, Failure> {
        match self {
            Self::Json(response) => {
                let list: JsonList<T> = response.json()?;
                Ok(Page {
                    objects: list.items,
                    next: list.metadata.next,
                })
            }
            Self::Protobuf { bytes, path, .. } => Err(unexpected(
                path,
                *bytes,
                "it is protobuf, which was not asked for",
            )),
        }
    }

    fn either<T: DeserializeOwned + Message + Default>(&self) -> Result<Page<T>, Failure> {
        let Self::Protobuf { list, bytes, path } = self else {
            return self.json();
        };
        let page = list.page();
        page.map_err(|error| unexpected(path, *bytes, &error.to_string()))
    }
}

impl List {
    fn page<T: Message + Default>(&self) -> Result<Page<T>, DecodeError> {
        let objects = self.items.iter().map(|item| T::decode(item.clone()));
        Ok(Page {
            objects: objects.collect::<Result<_, _>>()?,
            next: self.metadata.next.clone(),
        })
    }
}

/// What the server says of its refusal, as the end of a sentence; empty without words. It says so in the encoding in which
/// it was asked for something else.
pub(crate) fn words(response: &Response) -> String {
    let status = if is_protobuf(response) {
        let envelope = opened(response.body.clone()).ok();
        envelope.and_then(|envelope| Status::decode(envelope.message).ok())
    } else {
        serde_json::from_slice(&response.body).ok()
    };
    let message = status.map(|status| status.message).unwrap_or_default();
    if message.is_empty() {
        return String::new();
    }
    let shown: String = message.chars().take(QUOTED_CHARS).collect();
    format!(": `{shown}`")
}

fn is_protobuf(response: &Response) -> bool {
    let kind = response.header("content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim() == PROTOBUF
}

/// The list in a body, of whatever objects. The error is a clause.
fn list(body: Vec<u8>) -> Result<List, String> {
    let Envelope { type_of, message } = opened(body)?;
    if !type_of.kind.ends_with("List") {
        return Err(format!("it is of kind `{}`", type_of.kind));
    }
    List::decode(message).map_err(|error| error.to_string())
}

/// The message of a body and its type. The error is a clause.
fn opened(body: Vec<u8>) -> Result<Envelope, String> {
    let mut body = Bytes::from(body);
    if !body.starts_with(MAGIC) {
        return Err("it does not begin as such a message does".to_owned());
    }
    body.advance(MAGIC.len());
    Envelope::decode(body).map_err(|error| error.to_string())
}

fn unexpected(path: &str, bytes: usize, reason: &str) -> Failure {
    Failure::malformed(format!(
        "`{path}` answered with {bytes} bytes that are not the expected list: {reason}."
    ))
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::{Envelope, List, ListMetadata, MAGIC, Page, TypeOf, list};
    use crate::metadata::Name;

    fn body(kind: &str, message: &impl Message) -> Vec<u8> {
        let kind = kind.to_owned();
        let envelope = Envelope {
            type_of: TypeOf { kind },
            message: message.encode_to_vec().into(),
        };
        [MAGIC, &envelope.encode_to_vec()].concat()
    }

    fn names(next: &str, items: &[&[u8]]) -> List {
        let next = next.to_owned();
        List {
            metadata: ListMetadata { next },
            items: items.iter().map(|item| item.to_vec().into()).collect(),
        }
    }

    #[test]
    fn a_list_is_known_before_its_objects_are_read() {
        let object = Name {
            name: "gpu-1".to_owned(),
            namespace: "infer".to_owned(),
        };
        let written = names("eyJ2", &[&object.encode_to_vec(), &[]]);
        let list = list(body("NodeList", &written)).unwrap();
        let Page { objects, next } = list.page::<Name>().unwrap();
        let paths: Vec<String> = objects.iter().map(Name::path).collect();
        assert_eq!(
            (next.as_str(), paths),
            ("eyJ2", vec!["infer/gpu-1".to_owned(), "/".to_owned()])
        );
    }

    /// Half a list, or something else, is never a list without objects.
    #[test]
    fn what_is_no_list_is_said_to_be_none() {
        let whole = body("PodList", &names("", &[b"\x0a\x01a"]));
        for (body, reason) in [
            (Vec::new(), "does not begin as such a message does"),
            (b"{\"items\": []}".to_vec(), "does not begin"),
            (body("Status", &names("", &[])), "of kind `Status`"),
            (body("", &names("", &[])), "of kind ``"),
            (whole[..whole.len() - 1].to_vec(), "buffer underflow"),
            ([whole.as_slice(), b"\xff"].concat(), "varint"),
        ] {
            let said = list(body).map(|_| ()).unwrap_err();
            assert!(said.contains(reason), "{said:?}, expected {reason:?}");
        }
        for object in [&b"\x0a\x05a"[..], b"\x0a\x01\xff", b"\x08\x01", b"\x0a"] {
            let read = list(body("PodList", &names("", &[object]))).unwrap();
            assert!(read.page::<Name>().is_err(), "{object:?}");
        }
    }
}
