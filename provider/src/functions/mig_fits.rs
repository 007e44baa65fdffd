//! `provider::portcullis::mig_fits`

use portcullis_capacity::{MigGeometry, MigShortage};
use portcullis_model::{GpuModel, MigProfile};
use tfplugin::Function;
use tfplugin::field::Text;
use tfplugin::function::{Arguments, FunctionError};

/// Whether one device can be partitioned into these GPU instances (MIG) at once.
///
/// Exact: every way to place them is tried. Adding up slices is not enough, since instances begin at fixed places: on an
/// A100 `3g + 3g + 1g` is seven slices of seven, and does not fit. A profile that the model does not have is an error, as
/// is a model that cannot be partitioned.
#[derive(Debug, Arguments)]
pub struct MigFits {
    /// The model, with its memory where it was sold with several sizes, such as `A100-80GB`.
    model: Text<GpuModel>,
    /// A profile for each instance, such as `["3g.40gb", "3g.40gb"]`.
    profiles: Vec<Text<MigProfile>>,
}

impl Function for MigFits {
    const NAME: &'static str = "mig_fits";

    type Output = bool;

    fn call(self) -> Result<bool, FunctionError> {
        let geometry = MigGeometry::of(self.model.value()).ok_or_else(|| {
            let known: Vec<&str> = MigGeometry::all().map(MigGeometry::model).collect();
            FunctionError::new(format!(
                "`{}` is not known to be a model that can be partitioned. Those that are: {}.\n\nName one of them, with its \
                 memory where the name has it.\n\nmig-model-unknown",
                self.model.value(),
                known.join(", ")
            ))
            .at(0)
        })?;
        let wanted: Vec<MigProfile> = self.profiles.iter().map(|text| *text.value()).collect();
        match geometry.place(&[], &wanted) {
            Ok(_) => Ok(true),
            Err(MigShortage::NoSuchProfile(profile)) => {
                let known: Vec<String> = geometry
                    .profiles()
                    .map(|profile| profile.to_string())
                    .collect();
                let text = format!(
                    "`{}` has no profile `{profile}`. It has {}.\n\nName a profile of this model: names are not the same \
                     from model to model.\n\nmig-profile-unknown",
                    geometry.model(),
                    known.join(", ")
                );
                Err(FunctionError::new(text).at(1))
            }
            Err(MigShortage::TooMany { .. } | MigShortage::MediaTwice | MigShortage::NoRoom) => {
                Ok(false)
            }
        }
    }
}
