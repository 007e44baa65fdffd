//! Debug mode: a provider that a developer started, to which Terraform attaches.

use serde_json::json;

use super::about::About;
use super::environment::PROTOCOL;

/// What to put into the environment of Terraform.
pub(super) fn instructions(about: &About, (network, address): (&str, &str)) -> String {
    let providers = json!({
        about.address: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL,
            "Pid": std::process::id(),
            // The process is not Terraform's to end.
            "Test": true,
            "Addr": { "Network": network, "String": address },
        }
    });
    format!(
        "The provider `{}` runs and waits for Terraform; Ctrl-C ends it. In another terminal:\n\n  \
         export TF_REATTACH_PROVIDERS='{providers}'\n",
        about.name
    )
}
