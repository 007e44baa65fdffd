//! Applying: carries out what planning chose, and records it.

use portcullis_ledger::{Created, Kind, Record, failpoint};
use tfplugin::resource::{Create, Delete, Update};
use tfplugin::{Outcome, Path};

use crate::configured::Configured;
use crate::lifecycle::draft::draft;
use crate::lifecycle::{Held, Recorded};
use crate::realize;
use crate::said::said;

/// Records a new object, or takes over what an interrupted apply of the same configuration left; then its connectors make it
/// on their platforms.
///
/// # Errors
/// What the ledger refuses: a taken key, a device that another pool holds. What a connector could not do.
pub async fn create<R: Recorded>(create: &mut Create<R>, provider: &Configured) -> Outcome {
    failpoint::hit("apply.entry");
    provider.audit.apply();
    let Create {
        state,
        private,
        report,
        ..
    } = create;
    R::choose_again(None, state, private, report, provider).await?;
    create.state.settle(&create.private);
    let planned = std::mem::take(&mut create.private.planned);
    realize::before(&mut create.state, None);
    let draft = draft(&create.state, &create.private)?;
    let created = provider.ledger.create(draft).await.map_err(said)?;
    create.record();
    if R::KIND == Kind::Pool {
        provider
            .leases
            .keep(&created.record().key, &provider.ledger);
    }
    if let Created::Adopted(record) = &created {
        create.report.warning(
            Path::root(),
            "Interrupted apply was taken over",
            adopted(record),
        );
    }
    create.private = held(created.record(), provider).await?;
    let incarnation = create.private.incarnation;
    realize::apply(&mut create.state, planned, incarnation, provider).await?;
    create.state.applied(provider);
    failpoint::hit("apply.before_reply");
    Ok(())
}

/// Changes a recorded object, and then what connectors keep of it; a pool then holds exactly the devices that planning chose.
///
/// # Errors
/// What the ledger refuses: a record that is gone or was taken over, a device that another pool holds. What a connector could
/// not do.
pub async fn update<R: Recorded>(update: &mut Update<R>, provider: &Configured) -> Outcome {
    failpoint::hit("apply.entry");
    provider.audit.apply();
    let Update {
        prior,
        state,
        private,
        report,
        ..
    } = update;
    R::choose_again(Some(prior), state, private, report, provider).await?;
    update.state.settle(&update.private);
    let planned = std::mem::take(&mut update.private.planned);
    realize::before(&mut update.state, Some(&update.prior));
    let draft = draft(&update.state, &update.private)?;
    let incarnation = update.private.incarnation;
    let record = provider
        .ledger
        .update(incarnation, draft)
        .await
        .map_err(said)?;
    update.record();
    update.private = held(&record, provider).await?;
    realize::apply(&mut update.state, planned, incarnation, provider).await?;
    update.state.applied(provider);
    failpoint::hit("apply.before_reply");
    Ok(())
}

/// Removes a recorded object, from its platforms first, and releases what it holds. One that is gone already is no error.
///
/// # Errors
/// When another run took the record over: it is not this state's to remove. When something of it still works on a platform.
pub async fn delete<R: Recorded>(delete: &mut Delete<R>, provider: &Configured) -> Outcome {
    failpoint::hit("apply.entry");
    provider.audit.apply();
    let key = delete.state.key()?;
    let incarnation = delete.private.incarnation;
    let record = provider.ledger.get(R::KIND, &key).await.map_err(said)?;
    // What another run took over is not taken off its platforms either; the ledger says why.
    if let Some(record) = record.filter(|record| record.incarnation == incarnation) {
        realize::offboard(delete, &record, provider).await?;
    }
    provider
        .ledger
        .delete(R::KIND, &key, incarnation)
        .await
        .map_err(said)?;
    if R::KIND == Kind::Pool {
        provider.pool_removed(&key).await?;
    }
    failpoint::hit("apply.before_reply");
    Ok(())
}

/// What to keep beside the state of an object just recorded. That Terraform has it is acknowledged when the provider is
/// shut down in order.
async fn held(record: &Record, provider: &Configured) -> Outcome<Held> {
    provider.seen.note(record);
    let ledger = provider.ledger.id().await.map_err(said)?;
    Ok(Held {
        ledger,
        incarnation: record.incarnation,
        choice: None,
        from_cache: false,
        planned: Vec::new(),
    })
}

fn adopted(record: &Record) -> String {
    format!(
        "The ledger holds the {} `{}`, recorded at {} by a run that ended before Terraform stored it. It has the same \
         owner and configuration, so it was taken over and nothing was made twice.\n\n\
         There is nothing to do.\n\n\
         apply-taken-over",
        record.kind.as_str(),
        record.key,
        record.created_at.strftime("%F %T UTC"),
    )
}
