//! One thing that is wrong with a configuration.

use std::fmt;

/// One thing that is wrong with a configuration. Its text is a diagnostic: the first line is the summary, the rest the
/// detail, the last line the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Where, from `config` on.
    pub path: Vec<ConfigStep>,
    pub(super) found: String,
    pub(super) remedy: String,
}

/// One step into a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigStep {
    /// An attribute of an object.
    Key(String),
    /// A position in a list.
    Index(usize),
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Plugin configuration is not valid\n{}\n\n{}\n\nplugin-config",
            self.found, self.remedy
        )
    }
}

/// `config.pools[0].name`, as HCL writes it.
pub(super) struct Shown<'a>(pub(super) &'a [ConfigStep]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("config")?;
        for step in self.0 {
            match step {
                ConfigStep::Index(index) => write!(f, "[{index}]")?,
                ConfigStep::Key(key) if is_name(key) => write!(f, ".{key}")?,
                ConfigStep::Key(key) => write!(f, "[\"{}\"]", key.escape_debug())?,
            }
        }
        Ok(())
    }
}

fn is_name(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(plain)
}
