//! Every text of a value, and nothing else of it.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

/// The texts of a value one after another, each ended by a byte that no text has (RFC 3629).
pub(super) fn texts(value: &impl Serialize) -> Result<Vec<u8>, fmt::Error> {
    let mut texts = Texts(Vec::new());
    value.serialize(&mut texts)?;
    Ok(texts.0)
}

const END: u8 = 0xff;

/// Takes texts out of whatever is serialised into it. That reaches every field of a value, those that are added to its
/// type later too.
struct Texts(Vec<u8>);

impl Texts {
    fn text(&mut self, text: &[u8]) {
        self.0.extend_from_slice(text);
        self.0.push(END);
    }
}

type Done = Result<(), fmt::Error>;

macro_rules! without_text {
    ($($function:ident: $kind:ty),*) => {
        $(fn $function(self, _: $kind) -> Done {
            Ok(())
        })*
    };
}

impl<'t> Serializer for &'t mut Texts {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = &'t mut Texts;
    type SerializeTuple = &'t mut Texts;
    type SerializeTupleStruct = &'t mut Texts;
    type SerializeTupleVariant = Impossible<(), fmt::Error>;
    type SerializeMap = &'t mut Texts;
    type SerializeStruct = &'t mut Texts;
    type SerializeStructVariant = Impossible<(), fmt::Error>;

    without_text!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_unit_struct: &'static str
    );

    fn serialize_char(self, text: char) -> Done {
        self.serialize_str(text.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Done {
        self.text(text.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Done {
        self.text(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    /// WIT has no such type.
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, fmt::Error> {
        Err(fmt::Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    /// WIT has no such type.
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, fmt::Error> {
        Err(fmt::Error)
    }
}

macro_rules! elements {
    ($($kind:ident: $function:ident),*) => {
        $(impl ser::$kind for &mut Texts {
            type Ok = ();
            type Error = fmt::Error;

            fn $function<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                value.serialize(&mut **self)
            }

            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
}

elements!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field
);

impl ser::SerializeMap for &mut Texts {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

impl ser::SerializeStruct for &mut Texts {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::texts;

    #[derive(Serialize)]
    struct Record {
        name: &'static str,
        count: u32,
        place: Option<String>,
        nothing: Option<String>,
        labels: Vec<(String, &'static str)>,
        more: BTreeMap<String, Vec<char>>,
    }

    #[test]
    fn every_text_is_found_wherever_it_stands() {
        let record = Record {
            name: "a",
            count: 7,
            place: Some("b \"quoted\"".to_owned()),
            nothing: None,
            labels: vec![("c".to_owned(), "d")],
            more: BTreeMap::from([("e".to_owned(), vec!['f'])]),
        };
        let found = texts(&Ok::<_, ()>(vec![record])).unwrap();
        let found: Vec<&[u8]> = found.split(|byte| *byte == 0xff).collect();
        let expected: [&[u8]; 7] = [b"a", b"b \"quoted\"", b"c", b"d", b"e", b"f", b""];
        assert_eq!(found, expected);
    }
}
