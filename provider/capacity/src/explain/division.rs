//! GPUs to divide, as a way out.

use super::{NAMED_MAX, Question};
use crate::Demand;
use crate::mig::divide;

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
