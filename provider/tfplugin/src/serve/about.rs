//! What the program is, for who runs it by hand.

use std::fmt;

/// What a provider says of itself outside the protocol.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Local name in `required_providers`, such as `random`.
    pub name: &'static str,
    /// Source address, such as `registry.terraform.io/hashicorp/random`; also the key by which Terraform attaches to
    /// a provider in debug mode.
    pub address: &'static str,
    /// How to install it: one or more sentences.
    pub install: &'static str,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            address,
            install,
        } = self;
        write!(
            f,
            "This program is the Terraform provider `{name}`. Terraform or OpenTofu starts it; run by hand it does \
             nothing.\n\nDeclare it in a configuration and run `terraform init`:\n\n  terraform {{\n    \
             required_providers {{\n      {name} = {{\n        source = \"{address}\"\n      }}\n    }}\n  \
             }}\n\n{install}"
        )
    }
}
