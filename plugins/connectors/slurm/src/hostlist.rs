//! Lists of nodes as Slurm writes them: `h200-[01-04,9],login`.

/// Nodes of one list, beyond which it is not believed.
const MOST: usize = 200_000;

/// The names of a list; none when it is no list.
pub(crate) fn expand(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    let parts = text.split(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && c == ','
    });
    for part in parts.filter(|part| !part.is_empty()) {
        names.extend(with_ranges(part)?);
        if names.len() > MOST {
            return None;
        }
    }
    Some(names)
}

/// `rack[1-2]node[01-10]` and the like: every combination, the first range slowest.
fn with_ranges(part: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = part.split_once('[') else {
        return (!part.contains(']')).then(|| vec![part.to_owned()]);
    };
    let (ranges, after) = rest.split_once(']')?;
    let after = with_ranges(after)?;
    let mut names = Vec::new();
    for range in ranges.split(',') {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (number(from)?, number(to)?);
        let count = last.checked_sub(first)?.checked_add(1)?;
        if count.checked_mul(after.len())? > MOST {
            return None;
        }
        for index in first..=last {
            let width = from.len();
            names.extend(
                after
                    .iter()
                    .map(|after| format!("{before}{index:0width$}{after}")),
            );
        }
    }
    Some(names)
}

fn number(text: &str) -> Option<usize> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn lists_are_expanded_with_their_leading_zeros() {
        for (text, expected) in [
            ("", vec![]),
            ("a", vec!["a"]),
            ("a,b", vec!["a", "b"]),
            ("h[08-10,2],login", vec!["h08", "h09", "h10", "h2", "login"]),
            ("r[1-2]n[0-1]x", vec!["r1n0x", "r1n1x", "r2n0x", "r2n1x"]),
        ] {
            assert_eq!(expand(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_list_is_not_read() {
        for text in [
            "a[1",
            "a]1",
            "a[2-1]",
            "a[x]",
            "a[]",
            "a[0-99999999]",
            "a[-1]",
            "a[0-9999][0-9999]",
            "a[1-2]]",
        ] {
            assert_eq!(expand(text), None, "{text}");
        }
    }
}
