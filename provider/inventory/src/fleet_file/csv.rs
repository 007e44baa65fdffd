//! Fleet files in CSV (RFC 4180, with a row of headings).

use std::fmt::Display;
use std::str::FromStr;

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use portcullis_model::{FleetColumn, NodeRoom, ParseError, Site};

use super::fault::{Problem, printable};
use super::fleet::{Fleet, Group};
use super::mapping::ColumnMapping;
use super::place::Place;

type Fault = (Option<Place>, Problem);

pub(super) fn parse(text: &str, mapping: &ColumnMapping, fleet: &mut Fleet) -> Result<(), Fault> {
    let mut reader = ReaderBuilder::new()
        .has_headers(true)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|error| syntax(&error))?.clone();
    let columns = Columns::find(&headings, mapping)?;
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| syntax(&error))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            columns: &columns,
            record: &record,
            line,
        };
        fleet
            .add(row.group()?)
            .map_err(|problem| (Some(Place::Line(line)), problem))?;
    }
    Ok(())
}

fn syntax(error: &csv::Error) -> Fault {
    let line = error
        .position()
        .map(|position| Place::Line(position.line()));
    let message = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("{len} fields where the headings are {expected_len}")
        }
        _ => error.to_string(),
    };
    (line, Problem::Syntax(message))
}

/// The columns to read: what each means, its heading and its position.
struct Columns(Vec<(FleetColumn, String, usize)>);

impl Columns {
    fn find(headings: &StringRecord, mapping: &ColumnMapping) -> Result<Self, Fault> {
        let mut columns = Vec::new();
        for (column, heading, required) in mapping.wanted() {
            let mut found = headings
                .iter()
                .enumerate()
                .filter(|(_, known)| known.trim() == heading);
            match (found.next(), found.next()) {
                (Some((position, _)), None) => columns.push((column, heading.to_owned(), position)),
                (Some(_), Some((position, _))) => {
                    let place = Place::Field {
                        line: 1,
                        column: position as u64 + 1,
                        heading: printable(heading),
                    };
                    let found = format!("a second column is headed `{}`", printable(heading));
                    let allowed = "each heading once".to_owned();
                    return Err((Some(place), Problem::Value { found, allowed }));
                }
                (None, _) if required => {
                    let headings = headings.iter().map(str::to_owned).collect();
                    let problem = Problem::NoColumn {
                        heading: heading.to_owned(),
                        headings,
                    };
                    return Err((Some(Place::Line(1)), problem));
                }
                (None, _) => {}
            }
        }
        Ok(Self(columns))
    }
}

struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u64,
}

impl Row<'_> {
    /// The field of a column and its place; `None` where there is no such column or it is empty.
    fn field(&self, column: FleetColumn) -> Option<(&str, Place)> {
        let (_, heading, position) = self
            .columns
            .0
            .iter()
            .find(|(known, _, _)| *known == column)?;
        let text = self.record.get(*position)?.trim();
        let (line, column) = (self.line, *position as u64 + 1);
        let heading = printable(heading);
        (!text.is_empty()).then_some((
            text,
            Place::Field {
                line,
                column,
                heading,
            },
        ))
    }

    fn noun<T: FromStr<Err = ParseError>>(&self, column: FleetColumn) -> Result<Option<T>, Fault> {
        let Some((text, place)) = self.field(column) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|error: ParseError| (Some(place), error.into()))
    }

    fn value<T: FromStr>(
        &self,
        column: FleetColumn,
        allowed: impl Display,
    ) -> Result<Option<T>, Fault> {
        let Some((text, place)) = self.field(column) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            let found = format!("`{}` is not a value of `{column}`", printable(text));
            (
                Some(place),
                Problem::Value {
                    found,
                    allowed: allowed.to_string(),
                },
            )
        })
    }

    fn count(&self, column: FleetColumn) -> Result<Option<u32>, Fault> {
        self.value(column, "a whole number from 0 to 4294967295")
    }

    fn group(&self) -> Result<Group, Fault> {
        let node = self.noun(FleetColumn::Node)?.ok_or_else(|| {
            let found = "the row names no node".to_owned();
            let problem = Problem::Value {
                found,
                allowed: "a node name in every row".to_owned(),
            };
            (Some(Place::Line(self.line)), problem)
        })?;
        let counted = self
            .columns
            .0
            .iter()
            .any(|(column, _, _)| *column == FleetColumn::Gpus);
        let id = self.noun(FleetColumn::Uuid)?;
        // An empty count is none; without a column of counts a row is one device.
        let none = u32::from(!counted || id.is_some());
        Ok(Group {
            node,
            gpus: self.count(FleetColumn::Gpus)?.unwrap_or(none),
            model: self.noun(FleetColumn::Model)?,
            memory_mib: self
                .count(FleetColumn::MemoryMib)?
                .filter(|memory| *memory > 0),
            used: self.count(FleetColumn::Used)?.unwrap_or(0),
            healthy: self.value(FleetColumn::Healthy, "`true` or `false`")?,
            health: self.noun(FleetColumn::Health)?,
            id,
            site: Site {
                region: self.noun(FleetColumn::Region)?,
                zone: self.noun(FleetColumn::Zone)?,
                driver: self.noun(FleetColumn::DriverVersion)?,
                cuda: self.noun(FleetColumn::CudaVersion)?,
                price: self.noun(FleetColumn::Price)?,
            },
            fabric: self.noun(FleetColumn::Fabric)?,
            room: NodeRoom {
                cpu_milli: self.count(FleetColumn::NodeCpuMilli)?,
                memory_mib: self.count(FleetColumn::NodeMemoryMib)?,
            },
        })
    }
}
