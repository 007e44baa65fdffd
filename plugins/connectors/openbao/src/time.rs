//! Times as the server writes them.

/// Seconds since 1970 of an RFC 3339 time, or of such a number; what is before 1970 is 0, what is after 2106 the last.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX));
    }
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let at = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(at)?;
    let mut time = time.split('.').next()?.split(':').map(number);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let is_valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    if !is_valid || second > 60 || year > 9999 {
        return None;
    }
    let clock = (hour * 60 + minute) * 60 + second;
    let passed = days(year, month, day) * 86_400 + clock - offset(zone)?;
    Some(u32::try_from(passed.max(0)).unwrap_or(u32::MAX))
}

fn number(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Seconds by which a zone is ahead.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let ahead = (number(hours)? * 60 + number(minutes)?) * 60;
    Some(if sign == "-" { -ahead } else { ahead })
}

/// Days since 1970 in the Gregorian calendar, with years that begin in March so that the leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    before + (month * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_read_as_rfc_3339_writes_them() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-23T00:00:00Z", Some(1_795_392_000)),
            ("2026-11-23T00:00:00.123456789Z", Some(1_795_392_000)),
            ("2026-11-23T01:30:00+01:30", Some(1_795_392_000)),
            ("2026-11-22T23:00:00-01:00", Some(1_795_392_000)),
            ("2024-02-29T12:00:00Z", Some(1_709_208_000)),
            ("1795392000", Some(1_795_392_000)),
            ("1960-01-01T00:00:00Z", Some(0)),
            ("2200-01-01T00:00:00Z", Some(u32::MAX)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-23", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
