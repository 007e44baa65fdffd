//! GPUs to divide, as a way out.

use portcullis_model::GpuModel;

use super::{NAMED_MAX, Question};
use crate::Demand;
use crate::fleet::Fleet;
use crate::made;
use crate::mig::divide;
use crate::want::Reading;

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

/// To count on instances that can be made, where the whole plan would fit then.
pub(super) fn to_make(question: &Question<'_>, demand: &Demand) -> Option<String> {
    // Where others' instances are made already, there is one way less to make these.
    if demand.divide || demand.mig_profile.is_none() || question.fleet.has_made() {
        return None;
    }
    let with = Demand {
        divide: true,
        ..demand.clone()
    };
    let demands: Vec<&Demand> = question
        .demands
        .iter()
        .map(|other| if *other == demand { &with } else { *other })
        .collect();
    let (_, answer) = made::solve(question.fleet, &demands, Reading::Told)?;
    answer.fits().then(|| {
        "set `mig_divide = true`, with which places on GPUs in MIG mode count where instances can be made".to_owned()
    })
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
