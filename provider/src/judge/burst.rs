//! Would the bursts of pools fit, were they all to happen at once?

use portcullis_capacity::Demand;
use portcullis_model::{Reason, Verdict};
use tfplugin::{Diagnostic, Path};

use crate::configured::Configured;
use crate::judge::{confidential, quota};
use crate::placing::Placing;
use crate::policy::OnProblem;

/// What to say of bursts after a pool was planned: nothing while all of them fit at once on what steady replicas leave.
///
/// `demand` is what the planned pool asks for, its burst where it has one.
pub(crate) fn told(
    placing: &Placing,
    demand: &Demand,
    policy: OnProblem,
    provider: &Configured,
) -> Option<Diagnostic> {
    let (summary, code, reason) = match quota::bursts(placing) {
        Verdict::Fits(()) => return None,
        Verdict::Cannot(reason) => ("Burst does not fit", "burst-does-not-fit", reason),
        Verdict::Unknown(reason) => (
            "Whether the burst fits is not known",
            "burst-undecided",
            reason,
        ),
    };
    let why = reason.code.clone();
    let Reason {
        asked,
        found,
        remedy,
        ..
    } = confidential::shown(reason, demand, provider);
    let detail = format!(
        "Steady replicas have their places. Beside them and all that is reserved, all bursts at once were looked at \
         (`{why}`). {asked} {found}\n\n\
         {remedy} Nothing is reserved for a burst, so another pool may take what is free before it happens.\n\n{code}"
    );
    let attribute = if demand.burst { "burst" } else { "gpu" };
    Some(
        policy
            .diagnostic(summary, detail)
            .at(Path::root().attribute(attribute)),
    )
}
