//! `provider::portcullis::gpu_model`

use portcullis_model::GpuModel;
use tfplugin::Function;
use tfplugin::field::Text;
use tfplugin::function::{Arguments, FunctionError};

/// The canonical name of a GPU model, from whatever a vendor, a driver or a scheduler calls it.
///
/// `NVIDIA H100 80GB HBM3`, `h100-sxm-80gb` and `H100-80GB` are all `H100-80GB`. A model that portcullis does not know is
/// returned as it is.
#[derive(Debug, Arguments)]
pub struct CanonicalGpuModel {
    /// The name to look up, such as `NVIDIA H200`.
    model: Text<GpuModel>,
}

impl Function for CanonicalGpuModel {
    const NAME: &'static str = "gpu_model";

    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        Ok(self.model.value().to_string())
    }
}
