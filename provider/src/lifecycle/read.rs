//! Reading: what the ledger has recorded, and what connectors keep of it, becomes the state.

use portcullis_ledger::{Record, failpoint};
use tfplugin::resource::Read;
use tfplugin::{Outcome, Path};

use crate::configured::Configured;
use crate::lifecycle::{Recorded, decode_body};
use crate::realize;
use crate::said::said;

/// Brings the state up to date with the ledger and the platforms. A record that is gone makes the resource gone; what is gone
/// from a platform is planned again.
///
/// # Errors
/// When the ledger cannot be read, is gone, or is another one than recorded the object: silence would plan to make
/// everything anew. Likewise when a connector does not answer.
pub async fn read<R: Recorded>(read: &mut Read<R>, provider: &Configured) -> Outcome {
    failpoint::hit("read.entry");
    if let Some(id) = &read.private.ledger {
        provider.ledger.expect(id).await.map_err(said)?;
    }
    let key = read.state.key()?;
    match provider.ledger.get(R::KIND, &key).await.map_err(said)? {
        None => read.gone(),
        Some(record) => found(read, &record, provider).await?,
    }
    failpoint::hit("read.before_reply");
    Ok(())
}

async fn found<R: Recorded>(read: &mut Read<R>, record: &Record, provider: &Configured) -> Outcome {
    read.state = decode_body(record)?;
    let held = &mut read.private;
    if held.incarnation == 0 {
        held.incarnation = record.incarnation;
        held.ledger = provider.ledger.id().await.map_err(said)?;
    }
    if held.incarnation == record.incarnation {
        provider.seen.note(record);
    } else {
        read.report.warning(
            Path::root(),
            "Record belongs to another run",
            superseded(record),
        );
    }
    realize::look(&mut read.state, &mut read.report, provider).await
}

fn superseded(record: &Record) -> String {
    format!(
        "This state knows the {} `{}` as it was before the run `{}` made it anew or took it over; it was changed last \
         at {}.\n\n\
         Find out which workspace owns it, and take the resource out of the other one's configuration and state \
         (`terraform state rm`).\n\n\
         ledger-record-superseded",
        record.kind.as_str(),
        record.key,
        record.run,
        record.updated_at.strftime("%F %T UTC"),
    )
}
