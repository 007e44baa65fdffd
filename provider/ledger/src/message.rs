//! The words of an error: what was asked and found, then the remedy.

use std::fmt;

use crate::{Error, Held};

/// An error as people read it.
pub(crate) struct Message<'a>(pub(crate) &'a Error);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        writeln!(f, "{}", error.summary())?;
        refusal(error, f)?;
        wrong_file(error, f)?;
        trouble(error, f)?;
        write!(f, "\n\n{}", error.code())
    }
}

/// The paragraphs of what the ledger refuses by its rules.
fn refusal(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::Exists {
            kind,
            key,
            owner,
            created_at,
            acknowledged,
            this_run,
        } => {
            let kind = kind.as_str();
            write!(
                f,
                "The {kind} `{key}` was to be created, but the ledger has had one since {created_at}, \
                 owned by `{owner}`, "
            )?;
            if *this_run {
                return f.write_str(
                    "made by this same run.\n\n\
                     Two resource blocks declare this name: rename or remove one of them.",
                );
            }
            f.write_str(if *acknowledged {
                "and a Terraform state holds it.\n\n"
            } else {
                "with another configuration or owner, and no Terraform state is known to hold it.\n\n"
            })?;
            write!(
                f,
                "If it is yours, bring it into this state with `terraform import <address> {key}`; \
                 if it is not, choose another name."
            )
        }
        Error::Held { pool, asked, held } => held_paragraphs(pool, *asked, held, f),
        Error::Absent { kind, key } => write!(
            f,
            "The {} `{key}` was to be changed, but the ledger has none.\n\n\
             Run `terraform apply -refresh-only`, which notices that it is gone, then plan again.",
            kind.as_str()
        ),
        Error::Superseded {
            kind,
            key,
            known,
            found,
            owner,
            run,
            updated_at,
        } => write!(
            f,
            "The {} `{key}` was to be changed as incarnation {known}, but the ledger has incarnation \
             {found}, owned by `{owner}`, taken over by run `{run}` and changed last at {updated_at}.\n\n\
             Find out which state is to keep it, and run `terraform state rm <address>` in the other. To \
             keep it here, do so here too and then run `terraform import <address> {key}`.",
            kind.as_str()
        ),
        _ => Ok(()),
    }
}

/// At most this many devices are listed: the rest would hide the remedy.
const LISTED: usize = 8;

fn held_paragraphs(
    pool: &str,
    asked: usize,
    held: &[Held],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let short = held.len();
    writeln!(
        f,
        "Pool `{pool}` asked for {asked} devices, of which {short} are reserved by others; it is {short} \
         short, and none was reserved:"
    )?;
    for Held {
        device,
        node,
        pool,
        owner,
    } in held.iter().take(LISTED)
    {
        writeln!(
            f,
            "  `{device}` on node `{node}` is held by pool `{pool}` of `{owner}`"
        )?;
    }
    if short > LISTED {
        writeln!(f, "  and {} more", short - LISTED)?;
    }
    f.write_str(
        "\nRun the plan again: it looks for devices that are free now. If none are left, lower the \
         pool's `replicas`, add to its `sources`, or ask the owner above to release theirs.",
    )
}

/// The paragraphs of a file that is not the ledger it should be.
fn wrong_file(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::Missing { path, expected } => write!(
            f,
            "The Terraform state was written with ledger `{expected}`, but there is no ledger at `{}`.\n\n\
             Correct `url` in the `ledger` block, or restore the file from a backup. If it is gone for \
             good, `terraform state rm` the resources and apply: the ledger is then made anew.",
            path.display()
        ),
        Error::Foreign {
            path,
            expected,
            found,
        } => write!(
            f,
            "The Terraform state was written with ledger `{expected}`, but `{}` is ledger `{found}`.\n\n\
             Correct `url` in the `ledger` block, or restore the right file from a backup.",
            path.display()
        ),
        Error::Corrupt { path, found } => {
            let path = path.display();
            write!(
                f,
                "The ledger `{path}` cannot be trusted: {found}. Nothing was changed.\n\n\
                 If `{path}` should not be a ledger, correct `url` in the `ledger` block. Otherwise \
                 `portcullis ledger verify` lists all damage: restore the file from a backup, or move it \
                 away, `terraform state rm` the resources and apply, which makes the ledger anew."
            )
        }
        Error::Newer {
            path,
            found,
            spoken,
        } => write!(
            f,
            "The ledger `{}` has schema version {found}; this program understands versions up to \
             {spoken}.\n\n\
             Upgrade the provider to the version that the other users of this ledger run.",
            path.display()
        ),
        _ => Ok(()),
    }
}

/// The paragraphs of what the system does not allow.
fn trouble(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error {
        Error::Locked {
            path,
            waited,
            holder,
        } => {
            let (path, seconds) = (path.display(), waited.as_secs_f64());
            write!(
                f,
                "The ledger `{path}` was locked by another process for {seconds:.1} s: "
            )?;
            f.write_str(
                holder
                    .as_deref()
                    .unwrap_or("the system does not tell which"),
            )?;
            f.write_str(
                ".\n\n\
                 Wait until the other run has ended and try again. A lock ends with its process, so \
                 there is nothing to unlock by hand.",
            )
        }
        Error::ReadOnly { path, reason } => write!(
            f,
            "The ledger `{}` was to be opened, but the system refuses: {reason}.\n\n\
             Let the user that runs Terraform read and write the file and its directory. A plan needs to \
             read only; an apply writes.",
            path.display()
        ),
        Error::DiskFull { path } => write!(
            f,
            "A write to ledger `{}` found no room on the disk, and was rolled back.\n\n\
             Free space on that disk and apply again.",
            path.display()
        ),
        Error::Io { path, reason } => write!(
            f,
            "The ledger `{}` failed with: {reason}.\n\n\
             Check the disk and the path, then try again; what was acknowledged before is kept.",
            path.display()
        ),
        _ => Ok(()),
    }
}
