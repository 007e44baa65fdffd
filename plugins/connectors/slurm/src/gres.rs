//! Generic resources as Slurm writes them: `gpu:h200:8(S:0-1),shard:32`, and with those in use `gpu:h200:3(IDX:0-2)`.

/// An amount of one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gres<'t> {
    /// `gpu`, `shard`, `mps` ...
    pub(crate) name: &'t str,
    /// What the administrator calls the model; empty without a type.
    pub(crate) kind: &'t str,
    pub(crate) count: u32,
    /// Which devices of the node, counted over all its kinds; none where Slurm does not tell.
    pub(crate) index: Option<Vec<u32>>,
}

/// All kinds of a text; none when something in it is no amount.
pub(crate) fn parse(text: &str) -> Option<Vec<Gres<'_>>> {
    match text.trim() {
        "" | "(null)" | "N/A" => Some(Vec::new()),
        text => outside_parentheses(text, ',').map(one).collect(),
    }
}

fn one(text: &str) -> Option<Gres<'_>> {
    let (text, detail) = match text.split_once('(') {
        Some((text, detail)) => (text, detail.strip_suffix(')')?),
        None => (text, ""),
    };
    let words: Vec<&str> = text
        .split(':')
        .filter(|word| *word != "no_consume")
        .collect();
    let (name, kind, count) = match words.as_slice() {
        [name, count] => (*name, "", count),
        [name, kind, count] => (*name, *kind, count),
        _ => return None,
    };
    Some(Gres {
        name,
        kind,
        count: amount(count)?,
        index: detail.strip_prefix("IDX:").and_then(ranges),
    })
}

/// `8`, or `2K` of what there are thousands of.
fn amount(text: &str) -> Option<u32> {
    match text.strip_suffix(['K', 'k']) {
        Some(thousands) => thousands.parse::<u32>().ok()?.checked_mul(1024),
        None => text.parse().ok(),
    }
}

/// `0-2,5` as numbers; none for `N/A`, and for more than a node has.
fn ranges(text: &str) -> Option<Vec<u32>> {
    const MOST: u32 = 4096;
    let mut all = Vec::new();
    for range in text.split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (from, to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
        if to > MOST {
            return None;
        }
        all.extend(from..=to);
    }
    Some(all)
}

/// The parts of a text between separators that stand in no parentheses.
fn outside_parentheses(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    text.split(move |c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c == separator
    })
}

#[cfg(test)]
mod tests {
    use super::{Gres, parse};

    fn gpu(kind: &str, count: u32, index: Option<Vec<u32>>) -> Gres<'_> {
        Gres {
            name: "gpu",
            kind,
            count,
            index,
        }
    }

    #[test]
    fn amounts_are_read_as_every_version_writes_them() {
        for (text, expected) in [
            ("", vec![]),
            ("(null)", vec![]),
            ("gpu:0", vec![gpu("", 0, None)]),
            ("gpu:h200:8", vec![gpu("h200", 8, None)]),
            ("gpu:h200:8(S:0-1)", vec![gpu("h200", 8, None)]),
            ("gpu:h200:no_consume:8", vec![gpu("h200", 8, None)]),
            (
                "gpu:h200:3(IDX:0,2-3),gpu:l4:0(IDX:N/A)",
                vec![gpu("h200", 3, Some(vec![0, 2, 3])), gpu("l4", 0, None)],
            ),
            ("gpu:a(S:0,2),gpu:1", vec![]),
        ] {
            match parse(text) {
                Some(found) => assert_eq!(found, expected, "{text}"),
                None => assert_eq!(text, "gpu:a(S:0,2),gpu:1"),
            }
        }
        let shards = parse("shard:a100:2K(1024/1024,1024/1024)").unwrap();
        assert_eq!((shards[0].name, shards[0].count), ("shard", 2048));
    }

    #[test]
    fn what_is_no_amount_is_not_read() {
        for text in [
            "gpu",
            "gpu:",
            "gpu:h200:-1",
            "gpu:h200:many",
            "gpu:a:b:1",
            "gpu:h200:99999999999",
            "gpu:h200:9999999K",
            "gpu:h200:1(IDX:0",
            ",",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("gpu:1(IDX:0-4294967295)").unwrap()[0].index, None);
    }
}
