//! The resources under which NVIDIA's device plugin offers GPUs.

/// What one unit of a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// A whole GPU, or with MIG strategy `single` an instance, or with sharing a part of either.
    Gpu,
    /// A share of a GPU, under a name of its own.
    Shared,
    /// A GPU instance of that profile.
    Instance(String),
}

const PREFIX: &str = "nvidia.com/";

impl Offer {
    /// What the resource of that name is; none when it is no GPU.
    pub(crate) fn of(resource: &str) -> Option<Self> {
        let name = resource.strip_prefix(PREFIX)?;
        match name {
            "gpu" => Some(Self::Gpu),
            "gpu.shared" => Some(Self::Shared),
            _ => {
                let profile = name.strip_prefix("mig-")?;
                let profile = profile.strip_suffix(".shared").unwrap_or(profile);
                Some(Self::Instance(profile_name(profile)))
            }
        }
    }
}

/// `1g.10gb+me` of `1g.10gb.me`: the name of a resource may hold no plus.
fn profile_name(resource: &str) -> String {
    match resource.split_once("gb.") {
        Some((size, attribute)) => format!("{size}gb+{attribute}"),
        None => resource.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Offer;

    #[test]
    fn resources_of_gpus_are_told_from_others() {
        let instance = |profile: &str| Some(Offer::Instance(profile.to_owned()));
        for (resource, offer) in [
            ("nvidia.com/gpu", Some(Offer::Gpu)),
            ("nvidia.com/gpu.shared", Some(Offer::Shared)),
            ("nvidia.com/mig-1g.10gb", instance("1g.10gb")),
            ("nvidia.com/mig-1g.10gb.me", instance("1g.10gb+me")),
            ("nvidia.com/mig-1g.10gb.me.all", instance("1g.10gb+me.all")),
            ("nvidia.com/mig-1g.10gb.shared", instance("1g.10gb")),
            ("amd.com/gpu", None),
            ("nvidia.com/gpumem", None),
            ("cpu", None),
        ] {
            assert_eq!(Offer::of(resource), offer, "{resource}");
        }
    }
}
