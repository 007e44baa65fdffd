//! Attributes: the wrapper of a field is its mode.

use std::ops::{Deref, DerefMut};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::{At, Content, Field, Member, Options};
use crate::schema::{Attribute, Block, Mode};
use crate::value::{Path, Value};
use crate::{Outcome, Stop};

macro_rules! attribute_wrappers {
    ($($(#[$doc:meta])* $wrapper:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $wrapper<T>(Field<T>);

        impl<T> Default for $wrapper<T> {
            fn default() -> Self {
                Self(Field::default())
            }
        }

        impl<T: Content> From<T> for $wrapper<T> {
            fn from(value: T) -> Self {
                Self(Field::known_as(value))
            }
        }

        impl<T> Deref for $wrapper<T> {
            type Target = Field<T>;

            fn deref(&self) -> &Field<T> {
                &self.0
            }
        }

        impl<T> DerefMut for $wrapper<T> {
            fn deref_mut(&mut self) -> &mut Field<T> {
                &mut self.0
            }
        }

        impl<T: Content> Member for $wrapper<T> {
            const DYNAMIC: bool = T::DYNAMIC;

            fn declare(name: &str, description: &str, options: Options, block: &mut Block) {
                block.attributes.push(Attribute {
                    name: name.to_owned(),
                    ty: T::ty(),
                    mode: Mode::$wrapper,
                    description: description.to_owned(),
                    sensitive: options.sensitive,
                    write_only: options.write_only,
                    replace: options.replace,
                    default: options.default,
                    identity: options.identity,
                    key: options.key,
                    changes_with: options.changes_with,
                    deprecation: options.deprecation,
                });
            }

            fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
                Field::decode(value, at, diagnostics).map(Self)
            }

            fn encode(&self) -> Value {
                self.0.encode()
            }

            fn keep_form(&mut self, prior: &Self) {
                self.0.keep_form(&prior.0);
            }

            fn means(&self, other: &Self) -> bool {
                self == other
            }
        }
    )+};
}

attribute_wrappers! {
    /// An attribute that must be configured.
    Required;
    /// An attribute that may be left out; nobody else gives it a value then.
    Optional;
    /// An attribute that the provider gives a value when configuration leaves it out.
    OptionalComputed;
    /// An attribute that only the provider gives a value.
    Computed;
}

impl<T: Content> Required<T> {
    /// The value.
    ///
    /// # Errors
    /// [`Stop::Deferred`] while it is unknown. A failure when it is null, which configuration cannot be but an
    /// imported object is until it has been read.
    pub fn get(&self) -> Outcome<&T> {
        self.0.option()?.ok_or_else(|| {
            Stop::from(
                Diagnostic::error(
                    "Required attribute has no value",
                    "A value is needed here, and the object has none.\n\n\
                     If it was just imported, read it first; otherwise report this to the developers of the \
                     provider.\n\nrequired-attribute-null",
                )
                .at(Path::root()),
            )
        })
    }
}

macro_rules! get_an_option {
    ($($wrapper:ident),+) => {$(
        impl<T: Content> $wrapper<T> {
            /// The value, or `None` where there is none.
            ///
            /// # Errors
            /// [`Stop::Deferred`] while it is unknown.
            pub fn get(&self) -> Outcome<Option<&T>> {
                self.0.option()
            }
        }
    )+};
}

get_an_option!(Optional, OptionalComputed, Computed);
