//! How a noun becomes text: serde through `Display` and `FromStr`, and closed sets of words.

/// Serializes a type as the text that its `Display` writes and its `FromStr` reads.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// An enum whose values are the words of a closed set; parsing another word suggests the nearest.
macro_rules! closed_set {
    (
        $(#[$meta:meta])*
        pub enum $type:ident, $noun:literal, $code:literal, $allowed:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $type {
            /// Every value, in the order in which the type declares them.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The word as HCL and reports spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                const FORM: $crate::parse_error::Form =
                    $crate::parse_error::Form { noun: $noun, allowed: $allowed, code: $code };
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err(FORM.outside(text, [$( $word, )+])),
                }
            }
        }

        serde_as_text!($type);
    };
}
