//! GPUs to divide, as a way out.

use portcullis_model::GpuModel;

use super::{NAMED_MAX, Question};
use crate::Demand;
use crate::fleet::Fleet;
use crate::mig::divide;

/// Who was promised instances that are not made yet, on GPUs that these pools would divide.
pub(super) fn promised(fleet: &Fleet, members: &[&Demand]) -> String {
    let divides = |model: &GpuModel| {
        let mut dividing = members.iter().filter(|demand| demand.to_make().is_some());
        dividing.any(|demand| {
            demand.models.is_empty() || demand.models.iter().any(|own| own.accepts(model))
        })
    };
    let promises = fleet.promises();
    let all: Vec<_> = promises
        .filter(|(_, device, _)| divides(device.model()))
        .collect();
    if all.is_empty() {
        return String::new();
    }
    let named = all.iter().take(NAMED_MAX);
    let named: Vec<String> = named
        .map(|(key, _, holder)| format!("`{key}` to {holder}"))
        .collect();
    let more = match all.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!(" Promised and not made yet: {}{more}.", named.join(", "))
}

/// Which free GPUs to divide, and at which memory units instances begin, so that the whole plan fits.
pub(super) fn way(question: &Question<'_>, demand: &Demand) -> Option<String> {
    let profile = demand.mig_profile?;
    let divisions = divide(question.fleet, question.demands, demand)?;
    let named = divisions.iter().take(NAMED_MAX).map(|division| {
        let starts: Vec<String> = division
            .instances
            .iter()
            .map(|instance| instance.start.to_string())
            .collect();
        format!(
            "`{}` (`{}`) at {}",
            division.device,
            division.model,
            starts.join(", ")
        )
    });
    let named: Vec<String> = named.collect();
    let more = match divisions.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!(
        "divide free GPUs by MIG into `{profile}`, beginning at memory units: {}{more}",
        named.join("; ")
    ))
}
