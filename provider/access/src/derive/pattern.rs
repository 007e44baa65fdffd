//! Patterns of operations and objects, as cloud policies write them.

/// A pattern: `*` stands for any text, `?` for one character, `+` for one path segment between slashes. After `!`
/// follows a list, by commas, of patterns of which none may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern<'a>(pub(crate) &'a str);

impl<'a> Pattern<'a> {
    /// Whether a text, or every text of a pattern, matches.
    pub(crate) fn covers(self, text: &str) -> bool {
        match self.0.strip_prefix('!') {
            Some(list) => !list.split(',').any(|one| overlap(one, text)),
            None => glob(self.0, text),
        }
    }

    /// Whether some text matches both. Two negated lists are taken to: they leave almost everything.
    pub(crate) fn overlaps(self, other: &str) -> bool {
        match (self.0.strip_prefix('!'), other.strip_prefix('!')) {
            (Some(_), Some(_)) => true,
            (Some(list), None) => !list.split(',').any(|one| glob(one, other)),
            (None, Some(list)) => !list.split(',').any(|one| glob(one, self.0)),
            (None, None) => overlap(self.0, other),
        }
    }

    /// What every match begins with.
    pub(crate) fn prefix(self) -> &'a str {
        let end = self.0.find(['*', '?', '+', '!']).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }
}

/// Whether `text` matches `pattern`. Wildcards of `text` are characters like others, so that a pattern covers another
/// where this says so. Case does not matter, as in AWS actions; where it would matter, more matches than should.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` was, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&character) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'+')
                if character != b'/' && text.get(t + 1).is_some_and(|next| *next != b'/') =>
            {
                t += 1;
            }
            Some(b'?') => (p, t) = (p + 1, t + 1),
            Some(b'+') if character != b'/' => (p, t) = (p + 1, t + 1),
            Some(wanted) if wanted.eq_ignore_ascii_case(&character) => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|rest| *rest == b'*')
}

/// Whether some text matches both patterns.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let wild = |at: Option<&u8>| matches!(at, Some(b'*' | b'+'));
    // Row by row: whether what is left of `one` from here overlaps what is left of `other`.
    let mut below = vec![false; other.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut row = vec![false; other.len() + 1];
        for j in (0..=other.len()).rev() {
            let (a, b) = (one.get(i), other.get(j));
            let get = |row: &[bool], at: usize| row.get(at).copied().unwrap_or(false);
            let (down, right, both) = (get(&below, j), get(&row, j + 1), get(&below, j + 1));
            let here = match (a, b) {
                (None, None) => true,
                _ if wild(a) && wild(b) => down || right,
                (Some(_), _) if wild(a) => down || (b.is_some() && right),
                (_, Some(_)) if wild(b) => right || (a.is_some() && down),
                (Some(a), Some(b)) => {
                    both && (a.eq_ignore_ascii_case(b) || *a == b'?' || *b == b'?')
                }
                _ => false,
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = here;
            }
        }
        below = row;
    }
    below.first().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_covers() {
        for (pattern, text, covers) in [
            ("*", "iam:PassRole", true),
            ("iam:*", "iam:PassRole", true),
            ("iam:pass*", "iam:PassRole", true),
            ("iam:Put*", "iam:PassRole", false),
            ("iam:Put*", "iam:Put*", true),
            ("iam:*", "iam:Put*", true),
            ("iam:PutUserPolicy", "iam:Put*", false),
            (
                "arn:aws:iam::1:role/app-*",
                "arn:aws:iam::1:role/app-x",
                true,
            ),
            ("arn:aws:iam::1:role/app-*", "arn:aws:iam::1:role/ap", false),
            ("*-prod", "a-prod-b-prod", true),
            ("*-prod", "a-prod-b", false),
            ("auth/+/role/*", "auth/jwt/role/x", true),
            ("auth/+/role/*", "auth/a/b/role/x", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("!iam:*,sts:*", "ec2:RunInstances", true),
            ("!iam:*,sts:*", "sts:AssumeRole", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern(pattern).covers(text), covers, "{pattern} / {text}");
        }
    }

    #[test]
    fn what_two_patterns_share() {
        for (one, other, overlaps) in [
            ("*", "a", true),
            ("a*", "*b", true),
            ("a*", "b*", false),
            ("a*c", "ab*", true),
            ("sys/policies/acl/*", "sys/*", true),
            ("sys/policies/acl/*", "sys/mounts/*", false),
            ("auth/+/role/*", "auth/jwt/role/ci", true),
            ("!a*", "ab", false),
            ("!a*", "b", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern(one).overlaps(other), overlaps, "{one} / {other}");
            assert_eq!(Pattern(other).overlaps(one), overlaps, "{other} / {one}");
        }
    }
}
