//! Directories in CSV (RFC 4180, with a row of headings).

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use portcullis_model::{Owner, Subject};

use crate::directory::{Directory, Member};
use crate::fault::{Fault, Problem};

/// What the rows of a file are.
enum Rows {
    Memberships {
        group: usize,
        member: usize,
        until: Option<usize>,
    },
    Owners {
        subject: usize,
        owner: usize,
    },
}

/// Reads a file called `name`. It never says when it was true.
pub(crate) fn parse(
    text: &str,
    name: &str,
    directory: &mut Directory,
) -> Result<Option<Timestamp>, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| syntax(&error))?.clone();
    let rows = rows(&headings).ok_or_else(|| {
        let headings = headings.iter().map(str::to_owned).collect();
        (Some(1), Problem::Headings(headings))
    })?;
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| syntax(&error))?
    {
        let line = record.position().map_or(0, Position::line);
        let source = format!("{name} line {line}");
        take(&rows, &record, source, directory).map_err(|problem| (Some(line), problem))?;
    }
    Ok(None)
}

fn rows(headings: &StringRecord) -> Option<Rows> {
    let column = |wanted: &str| headings.iter().position(|heading| heading == wanted);
    let known = |known: &[&str]| {
        let once = |heading| headings.iter().filter(|other| *other == heading).count() == 1;
        headings
            .iter()
            .all(|heading| known.contains(&heading) && once(heading))
    };
    if known(&["group", "member", "until"]) {
        return Some(Rows::Memberships {
            group: column("group")?,
            member: column("member")?,
            until: column("until"),
        });
    }
    if known(&["subject", "owner"]) {
        return Some(Rows::Owners {
            subject: column("subject")?,
            owner: column("owner")?,
        });
    }
    None
}

fn take(
    rows: &Rows,
    record: &StringRecord,
    source: String,
    directory: &mut Directory,
) -> Result<(), Problem> {
    let field = |position: usize| record.get(position).unwrap_or_default();
    match *rows {
        Rows::Memberships {
            group,
            member,
            until,
        } => {
            let group = super::json::group(field(group))?;
            let until = until.map(field).filter(|text| !text.is_empty());
            let until = until.map(time).transpose()?;
            if field(member).is_empty() {
                directory.group(&group);
                return Ok(());
            }
            let subject: Subject = field(member).parse().map_err(Problem::from)?;
            let member = Member {
                subject: subject.to_string(),
                source,
                until,
            };
            directory.member(&group, member)
        }
        Rows::Owners { subject, owner } => {
            let subject: Subject = field(subject).parse().map_err(Problem::from)?;
            let owner: Owner = field(owner).parse().map_err(Problem::from)?;
            directory.owner(subject.to_string(), owner.to_string())
        }
    }
}

fn time(text: &str) -> Result<Timestamp, Problem> {
    text.parse().map_err(|_| Problem::Value {
        found: text.to_owned(),
        allowed: "an RFC 3339 time such as `2027-03-31T00:00:00Z`",
    })
}

fn syntax(error: &csv::Error) -> Fault {
    let line = error.position().map(Position::line);
    let message = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} fields where the headings are {expected_len}"),
        _ => error.to_string(),
    };
    (line, Problem::Syntax(message))
}
