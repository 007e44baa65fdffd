//! What is refused before anything is looked at, and what is said of pools without a choice.

use portcullis_capacity::{MigGeometry, Together};
use portcullis_model::{GpuModel, MigProfile};
use tfplugin::field::Text;
use tfplugin::{Diagnostic, Outcome, Path};

use super::{Gpu, GpuPool};

/// Everything that is wrong with a configuration by itself.
pub(super) fn all(pool: &GpuPool) -> Outcome<Vec<Diagnostic>> {
    let gpu = pool.gpu.get()?;
    let root = |attribute| Path::root().attribute(attribute);
    let of_gpu = |attribute| root("gpu").attribute(attribute);
    let mut refused = Vec::new();
    if gpu.models.get()?.is_empty() {
        refused.push(too_few(of_gpu("models"), "models", "model"));
    }
    for (count, name) in [
        (gpu.replicas.known(), "replicas"),
        (gpu.gpus_per_replica.known(), "gpus_per_replica"),
    ] {
        if count == Some(&0) {
            refused.push(too_few(of_gpu(name), name, name));
        }
    }
    if pool.regions.get()?.is_some_and(Vec::is_empty) {
        refused.push(too_few(root("regions"), "regions", "region"));
    }
    if pool.zones.get()?.is_some_and(Vec::is_empty) {
        refused.push(too_few(root("zones"), "zones", "zone"));
    }
    if pool.zones_min.get()? == Some(&0) {
        refused.push(too_few(root("zones_min"), "zones_min", "zone"));
    }
    refused.extend(apart(pool, gpu)?);
    refused.extend(not_more(pool, gpu)?);
    refused.extend(nothing_to_make(gpu)?);
    if let Some(profile) = gpu.mig_profile.get()? {
        let models = gpu.models.get()?.iter().map(Text::value);
        refused.extend(nobody_has(*profile.value(), models));
    }
    Ok(refused)
}

/// What needs the GPUs of a copy closer together than the configuration lets them be.
fn apart(pool: &GpuPool, gpu: &Gpu) -> Outcome<Option<Diagnostic>> {
    let together = gpu.together()?;
    let beside = [
        ("cpu_milli_per_replica", gpu.cpu_milli_per_replica.get()?),
        ("memory_mib_per_replica", gpu.memory_mib_per_replica.get()?),
    ];
    let beside = beside.into_iter().find(|(_, asked)| asked.is_some());
    let spread = pool.zones_min.get()?.is_some_and(|zones| *zones > 1);
    let both = gpu.same_node.get()? == Some(&true) && gpu.same_nvlink_domain.get()? == Some(&true);
    let of_gpu = |attribute| Path::root().attribute("gpu").attribute(attribute);
    Ok(match (together, beside) {
        _ if both => Some(conflict(
            of_gpu("same_nvlink_domain"),
            "`same_node` and `same_nvlink_domain` are both set, and a copy in one node is in one NVLink domain anyway",
            "Leave `same_node` out where a copy may span the nodes of an NVLink domain, and `same_nvlink_domain` otherwise",
        )),
        (Together::Fabric | Together::Anywhere, Some((attribute, _))) => Some(conflict(
            of_gpu(attribute),
            &format!(
                "`{attribute}` asks for something of the node of a copy, and copies may span nodes"
            ),
            &format!("Set `same_node = true`, or leave `{attribute}` out"),
        )),
        (Together::Anywhere, None) if spread => Some(conflict(
            Path::root().attribute("zones_min"),
            "`zones_min` spreads copies over zones, and with `same_node = false` one copy may span zones itself",
            "Set `same_node = true` or `same_nvlink_domain = true`, or leave `zones_min` out",
        )),
        _ => None,
    })
}

/// A burst that is no more than the steady copies.
fn not_more(pool: &GpuPool, gpu: &Gpu) -> Outcome<Option<Diagnostic>> {
    let Some(burst) = pool.burst.get()? else {
        return Ok(None);
    };
    let known = (burst.replicas_max.known(), gpu.replicas.known());
    let (Some(most), Some(steady)) = known else {
        return Ok(None);
    };
    Ok((most <= steady).then(|| {
        let found = format!(
            "`burst` asks for {most} copies at its peak, and `replicas` for {steady} at all times"
        );
        let remedy = "Raise `replicas_max` above `replicas`, or remove the `burst` block";
        let path = Path::root().attribute("burst").attribute("replicas_max");
        conflict(path, &found, remedy)
    }))
}

/// Instances that are to be made, without a profile.
fn nothing_to_make(gpu: &Gpu) -> Outcome<Option<Diagnostic>> {
    let divides = gpu.mig_divide.get()? == Some(&true);
    Ok((divides && gpu.mig_profile.get()?.is_none()).then(|| {
        let path = Path::root().attribute("gpu").attribute("mig_divide");
        conflict(
            path,
            "`mig_divide` lets GPU instances be made, and without `mig_profile` the pool asks for whole GPUs",
            "Name the profile in `mig_profile`, or remove `mig_divide`",
        )
    }))
}

fn conflict(path: Path, found: &str, remedy: &str) -> Diagnostic {
    let detail = format!("{found}.\n\n{remedy}.\n\npool-constraints-conflict");
    Diagnostic::error("Constraints of the pool exclude each other", detail).at(path)
}

/// What to say of a profile that none of the models has; nothing while one of them may have it.
fn nobody_has<'a>(
    profile: MigProfile,
    models: impl Iterator<Item = &'a GpuModel>,
) -> Option<Diagnostic> {
    let mut known = Vec::new();
    for model in models {
        let geometry = MigGeometry::of(model)?;
        if geometry.shape(profile).is_some() {
            return None;
        }
        let profiles: Vec<String> = geometry.profiles().map(|one| format!("`{one}`")).collect();
        known.push(format!(
            "`{}` has {}",
            geometry.model(),
            profiles.join(", ")
        ));
    }
    if known.is_empty() {
        return None;
    }
    let detail = format!(
        "`mig_profile` asks for GPU instances `{profile}`, which none of `models` has: {}.\n\n\
         Name a profile of a model that `models` names: names are not the same from model to model.\n\n\
         mig-profile-unknown",
        known.join("; ")
    );
    let path = Path::root().attribute("gpu").attribute("mig_profile");
    Some(Diagnostic::error("Model does not have the MIG profile", detail).at(path))
}

fn too_few(path: Path, attribute: &str, noun: &str) -> Diagnostic {
    let detail = format!(
        "`{attribute}` asks for none, and a pool of nothing reserves nothing.\n\n\
         Ask for at least one {noun}, or remove the resource.\n\n\
         pool-asks-for-nothing"
    );
    Diagnostic::error("GPU pool asks for nothing", detail).at(path)
}

pub(super) fn decided_at_apply() -> Diagnostic {
    let detail = "What this pool asks for is not known yet, so whether it fits cannot be said now.\n\n\
                  It is decided when the apply run plans the pool again, and refused then if it does not fit. To decide it \
                  in the plan, give `models`, `replicas` and `gpus_per_replica` values that are known.\n\n\
                  capacity-decided-at-apply";
    Diagnostic::warning("Capacity is decided at apply", detail).at(Path::root().attribute("gpu"))
}

pub(super) fn nothing_chosen() -> Diagnostic {
    let detail = "The plan of this pool went on with a warning, because no free GPUs were found for it, so there is \
                  nothing to reserve.\n\n\
                  Ask for less, wait until GPUs are free, or see the warning for what would fit.\n\n\
                  pool-without-placement";
    Diagnostic::error("GPU pool has no placement", detail).at(Path::root().attribute("gpu"))
}
