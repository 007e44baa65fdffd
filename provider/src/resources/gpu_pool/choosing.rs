//! Which devices a pool is to hold.

use portcullis_capacity::Demand;
use tfplugin::value::Refinement;
use tfplugin::{Diagnostic, Outcome, Report, Severity};

use super::drift::{Consequence, Drift};
use super::{Change, GpuPool, note};
use crate::configured::Configured;
use crate::judge;
use crate::lifecycle::Choice;
use crate::placing::PlacedDevice;

/// What one look at the world comes to.
struct Look {
    /// The devices; why there are none otherwise.
    choice: Result<Vec<Choice>, Diagnostic>,
    /// What else is to be said.
    said: Vec<Diagnostic>,
    /// Devices that the pool does not hold yet.
    found: Vec<PlacedDevice>,
    /// Whether replicas move to other devices.
    moves: bool,
    /// Whether something was not to be had.
    short: bool,
}

impl Look {
    fn keeps(choice: Vec<Choice>) -> Self {
        Self {
            choice: Ok(choice),
            said: Vec::new(),
            found: Vec::new(),
            moves: false,
            short: false,
        }
    }
}

/// The devices that the pool is to hold: those it keeps, and others for what it asks beyond them and for what became of
/// those that it holds. Nothing is refused for what an earlier run saw: then the sources are asked.
///
/// # Errors
/// When inventory or ledger cannot be had at all. Deferred while what the pool asks for is unknown.
pub(super) async fn choose(
    prior: Option<&GpuPool>,
    planned: &mut GpuPool,
    report: &mut Report,
    provider: &Configured,
) -> Outcome<Result<Vec<Choice>, Diagnostic>> {
    let mut look = self::look(prior, planned, provider).await?;
    if look.short && provider.world.is_from_cache() {
        provider.world.renew();
        look = self::look(prior, planned, provider).await?;
    }
    report.extend(look.said);
    if look.moves {
        planned.placements.set_unknown(Refinement::not_null());
    }
    note::write(planned, &look.found, provider).await?;
    match look.choice {
        Ok(choice) => Ok(Ok(choice)),
        Err(shortfall) => Ok(Err(note::compared(shortfall, planned, provider).await?)),
    }
}

async fn look(prior: Option<&GpuPool>, planned: &GpuPool, provider: &Configured) -> Outcome<Look> {
    let promised = provider.promised().await?;
    let mut change = Change::between(prior, planned, &promised)?;
    let held = change.kept.clone();
    let drift = Drift::of(prior, planned, &mut change, provider).await?;
    let now = provider.clock.now();
    let Some(more) = change.demand(&*provider.snapshot().await, now) else {
        return Ok(Look::keeps(change.kept));
    };
    let Demand { pool, .. } = more.clone();
    let policies = planned.policies()?;
    let placed = judge::capacity::place(more, &change.released, policies, provider).await?;
    let told = |does| {
        let told = (!drift.is_nothing()).then(|| drift.told(pool.as_str(), does, now));
        told.into_iter().collect()
    };
    Ok(match placed {
        Ok(found) => Look {
            said: told(Consequence::Moves),
            moves: !drift.is_nothing(),
            choice: Ok(change.with(&found)),
            found,
            short: false,
        },
        // What asks for nothing new and may not fit stays as it is.
        Err(shortfall) if shortfall.severity == Severity::Warning && !change.grows() => {
            let mut said: Vec<Diagnostic> = told(Consequence::Stays);
            provider.placing().await?.stay(&pool, &change.released);
            said.push(shortfall);
            Look {
                said,
                short: true,
                ..Look::keeps(held)
            }
        }
        Err(shortfall) => Look {
            choice: Err(beyond(shortfall, change.kept.len())),
            said: told(Consequence::Refuses),
            found: Vec::new(),
            moves: false,
            short: true,
        },
    })
}

/// The shortfall, saying that it is about what a pool asks for beyond what it keeps.
fn beyond(shortfall: Diagnostic, kept: usize) -> Diagnostic {
    let holds = match kept {
        0 => return shortfall,
        1 => "the one that it holds".to_owned(),
        kept => format!("the {kept} that it holds"),
    };
    let detail = format!(
        "The pool keeps {holds}; this is about the rest. {}",
        shortfall.detail
    );
    Diagnostic {
        detail,
        ..shortfall
    }
}
