//! `provider::portcullis::gpu_memory`

use portcullis_capacity::{MigGeometry, device_memory_mib, models_with_memory};
use portcullis_model::{GpuModel, MigProfile, nearest};
use tfplugin::Function;
use tfplugin::field::Text;
use tfplugin::function::{Arguments, FunctionError};

/// The memory of a GPU, or of a GPU instance (MIG) of it, in MiB, as its driver reports it.
///
/// Names round: an `H100-80GB` has 81,559 MiB, and its instances `1g.10gb` have 9,984 MiB each. Use it for `memory_mib_min`,
/// or to see whether a model fits into a GPU. What a driver keeps back, and with it the last digits, can change from one
/// release to the next. A model or profile of which it is not known is an error, never a guess.
#[derive(Debug, Arguments)]
pub struct GpuMemory {
    /// The model, with its memory where it was sold with several sizes, such as `A100-80GB`.
    model: Text<GpuModel>,
    /// The profile of the GPU instance, such as `1g.10gb`; the whole GPU when left out.
    #[tf(variadic)]
    profile: Vec<Text<MigProfile>>,
}

impl Function for GpuMemory {
    const NAME: &'static str = "gpu_memory";

    type Output = u32;

    fn call(self) -> Result<u32, FunctionError> {
        let model = self.model.value();
        match self.profile.as_slice() {
            [] => device_memory_mib(model).ok_or_else(|| of_device(model)),
            [profile] => of_instance(model, *profile.value()),
            [_, more @ ..] => Err(FunctionError::new(format!(
                "One profile or none is asked about, and {} more are named.\n\nCall the function once for each profile.\n\n\
                 gpu-memory-unknown",
                more.len()
            ))
            .at(2)),
        }
    }
}

fn of_instance(model: &GpuModel, profile: MigProfile) -> Result<u32, FunctionError> {
    let geometry = MigGeometry::of(model).ok_or_else(|| not_divided(model))?;
    let profiles: Vec<String> = geometry.profiles().map(|one| one.to_string()).collect();
    let Some(shape) = geometry.shape(profile) else {
        let meant = meant(&profile.to_string(), profiles.iter().map(String::as_str));
        let text = format!(
            "`{}` has no profile `{profile}`. It has {}.\n\n{meant}Name a profile of this model: names are not the same from \
             model to model.\n\nmig-profile-unknown",
            geometry.model(),
            profiles.join(", ")
        );
        return Err(FunctionError::new(text).at(1));
    };
    shape.memory_mib.ok_or_else(|| {
        let text = format!(
            "What memory an instance `{profile}` of `{}` has is told by no source that portcullis was made from.\n\nRead it on \
             such a device with `nvidia-smi mig -lgip`, and write the number.\n\ngpu-memory-unknown",
            geometry.model()
        );
        FunctionError::new(text).at(1)
    })
}

fn of_device(model: &GpuModel) -> FunctionError {
    let known: Vec<&str> = models_with_memory().collect();
    let meant = meant_model(model, &known);
    let text = format!(
        "The memory of `{model}` is not known. It is of {}.\n\n{meant}Name one of them, with its memory where the name has it, \
         or write the number.\n\ngpu-memory-unknown",
        known.join(", ")
    );
    FunctionError::new(text).at(0)
}

fn not_divided(model: &GpuModel) -> FunctionError {
    let known: Vec<&str> = MigGeometry::all().map(MigGeometry::model).collect();
    let meant = meant_model(model, &known);
    let text = format!(
        "`{model}` is not known to be a model that can be partitioned. Those that are: {}.\n\n{meant}Name one of them, with its \
         memory where the name has it.\n\nmig-model-unknown",
        known.join(", ")
    );
    FunctionError::new(text).at(0)
}

/// The question for the sizes of the model, or for the model whose name is nearest.
fn meant_model(model: &GpuModel, known: &[&str]) -> String {
    let is_size = |name: &&&str| name.parse().is_ok_and(|size| model.accepts(&size));
    let sizes: Vec<String> = known
        .iter()
        .filter(is_size)
        .map(|name| format!("`{name}`"))
        .collect();
    if sizes.is_empty() {
        meant(&model.to_string(), known.iter().copied())
    } else {
        format!("Did you mean {}? ", sizes.join(" or "))
    }
}

/// The question for the nearest known name; nothing where none is near.
fn meant<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(asked, known).map_or_else(String::new, |word| format!("Did you mean `{word}`? "))
}
