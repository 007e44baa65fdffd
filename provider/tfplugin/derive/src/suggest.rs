//! "Did you mean" for closed sets of words.

/// The word of `known` nearest to `word`, as a question to append; empty when none is near.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known
        .map(|candidate| (distance(word, candidate), candidate))
        .min();
    match nearest {
        Some((steps, candidate)) if steps <= 1 + candidate.len() / 3 => {
            format!("; did you mean `{candidate}`?")
        }
        _ => String::new(),
    }
}

/// How many letters to insert, delete or replace to get from one word to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.chars().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&row, j) + usize::from(a != b);
            next.push(replaced.min(at(&row, j + 1) + 1).min(at(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn distance_counts_letters() {
        for (one, other, steps) in [
            ("", "", 0),
            ("", "abc", 3),
            ("sensitve", "sensitive", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), steps, "{one} to {other}");
            assert_eq!(distance(other, one), steps, "{other} to {one}");
        }
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = || ["replace", "sensitive"].into_iter();
        assert_eq!(
            did_you_mean("sensitve", known()),
            "; did you mean `sensitive`?"
        );
        assert_eq!(did_you_mean("frobnicate", known()), "");
    }
}
