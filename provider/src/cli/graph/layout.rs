//! Where stations stand: in columns, by how far they are from where paths lead.

use std::collections::VecDeque;

use crate::answers::Picture;

/// A station's column, from the left, and its row, from the top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) row: usize,
}

/// A place for each station, and how many columns and rows there are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Layout {
    /// Where paths end is the last column; every other station stands as many columns before it as its shortest path has
    /// lines. Within a column stations stand by where their lines lead, so that few lines cross.
    pub(super) fn of(picture: &Picture) -> Self {
        let distances = distances(picture);
        let furthest = distances.iter().copied().max().unwrap_or_default();
        let mut places = vec![Place::default(); picture.stations.len()];
        let mut rows = 0;
        for distance in 0..=furthest {
            let mut column: Vec<(usize, usize)> = Vec::new();
            for (station, _) in distances
                .iter()
                .enumerate()
                .filter(|(_, far)| **far == distance)
            {
                column.push((mean_row(station, picture, &places, &distances), station));
            }
            column.sort_unstable();
            rows = rows.max(column.len());
            for (row, (_, station)) in column.into_iter().enumerate() {
                if let Some(place) = places.get_mut(station) {
                    *place = Place {
                        column: furthest - distance,
                        row,
                    };
                }
            }
        }
        Self {
            places,
            columns: furthest + 1,
            rows,
        }
    }
}

/// How many lines each station is away from a station that no line leaves; 0 for stations on cycles without an end.
fn distances(picture: &Picture) -> Vec<usize> {
    let mut distances: Vec<Option<usize>> = vec![None; picture.stations.len()];
    let leaves = |station: usize| picture.lines.iter().any(|line| line.from == station);
    let ends = (0..picture.stations.len()).filter(|station| !leaves(*station));
    let mut queue: VecDeque<(usize, usize)> = ends.map(|station| (station, 0)).collect();
    while let Some((station, distance)) = queue.pop_front() {
        match distances.get_mut(station) {
            Some(known @ None) => *known = Some(distance),
            _ => continue,
        }
        let before = picture.lines.iter().filter(|line| line.to == station);
        queue.extend(before.map(|line| (line.from, distance + 1)));
    }
    distances
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect()
}

/// The mean of the rows where the lines of a station lead that end in columns already placed.
fn mean_row(station: usize, picture: &Picture, places: &[Place], distances: &[usize]) -> usize {
    let far = |station: usize| distances.get(station).copied().unwrap_or_default();
    let rows = picture
        .lines
        .iter()
        .filter(|line| line.from == station && far(line.to) < far(station))
        .filter_map(|line| places.get(line.to).map(|place| place.row));
    let rows: Vec<usize> = rows.collect();
    rows.iter().sum::<usize>() / rows.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::{Layout, Place};
    use crate::answers::{Line, Picture, Side, Station};

    fn picture(stations: usize, lines: &[(usize, usize)]) -> Picture {
        Picture {
            stations: vec![
                Station {
                    name: String::new(),
                    side: Side::Between
                };
                stations
            ],
            lines: lines
                .iter()
                .map(|&(from, to)| Line {
                    from,
                    to,
                    does: String::new(),
                    rests_on: String::new(),
                })
                .collect(),
            ..Picture::default()
        }
    }

    #[test]
    fn each_line_of_a_path_is_a_column() {
        let layout = Layout::of(&picture(4, &[(0, 1), (1, 2), (3, 2)]));
        let place = |column, row| Place { column, row };
        assert_eq!(
            layout.places,
            [place(0, 0), place(1, 0), place(2, 0), place(1, 1)]
        );
        assert_eq!((layout.columns, layout.rows), (3, 2));
    }

    #[test]
    fn a_cycle_and_an_empty_picture_come_to_an_end() {
        assert_eq!(Layout::of(&picture(2, &[(0, 1), (1, 0)])).columns, 1);
        assert_eq!(Layout::of(&picture(0, &[])).rows, 0);
    }
}
