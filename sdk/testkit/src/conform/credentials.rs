//! Cases of credentials: one for each token, useless when revoked, however often that is said.

use portcullis_plugin_host::Application;

use super::bench::{Bench, fail, holds, not_applicable};
use super::count::platform_has;
use super::description::Count;
use super::report::{Case, Verdict};
use crate::fault::Fault;
use crate::proxy::Mischief;
use crate::{Issued, NOW, Stamp};

/// What a platform may add to the time that was asked for.
const ROUNDING_SECONDS: u32 = 60;

pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) {
    let Some(described) = &bench.suite.credentials else {
        for case in [
            "issue",
            "issue-retry-makes-one",
            "issue-lost-answer-makes-one",
            "revoke",
            "revoked-is-gone",
            "revoke-twice",
        ] {
            bench.case(cases, case, Mischief::None, || {
                not_applicable("the description has no [credentials]")
            });
        }
        return;
    };
    let trial = Trial {
        bench,
        application: &described.application(),
        count: described.count.as_ref(),
    };
    let mut issued = None;
    bench.case(cases, "issue", Mischief::None, || trial.issue(&mut issued));
    bench.case(cases, "issue-retry-makes-one", Mischief::None, || {
        trial.retry("issue", issued.as_ref())
    });
    let lost = Mischief::Once(Fault::Reset);
    bench.case(cases, "issue-lost-answer-makes-one", lost, || {
        trial.lost_answer()
    });
    bench.case(cases, "revoke", Mischief::None, || {
        trial.revoke(issued.as_ref())
    });
    bench.case(cases, "revoked-is-gone", Mischief::None, || {
        trial.is_gone(issued.as_ref())
    });
    bench.case(cases, "revoke-twice", Mischief::None, || {
        trial.revoke(issued.as_ref())
    });
}

struct Trial<'t> {
    bench: &'t Bench<'t>,
    application: &'t Application,
    count: Option<&'t Count>,
}

impl Trial<'_> {
    fn stamp(&self, change: &str) -> Stamp {
        Stamp {
            token: format!("conform-{}-credential-{change}", self.bench.run),
            fence: 1,
        }
    }

    fn issue(&self, issued: &mut Option<Issued>) -> Verdict {
        const EXPECTED: &str = "a credential with an id, which ends when it was asked to, and whose value the host keeps";
        match self
            .bench
            .plugin()
            .issue(self.application, &self.stamp("issue"))
        {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(found) => {
                let latest = NOW + self.application.ttl_seconds + ROUNDING_SECONDS;
                let in_order = !found.id.is_empty() && (NOW..=latest).contains(&found.expires_at);
                let said = format!(
                    "{found:?}, asked at {NOW} for {} s",
                    self.application.ttl_seconds
                );
                *issued = Some(found);
                holds(in_order, EXPECTED, || said)
            }
        }
    }

    fn retry(&self, change: &str, issued: Option<&Issued>) -> Verdict {
        const EXPECTED: &str = "the same credential for the same token";
        let Some(issued) = issued else {
            return nothing_issued();
        };
        match self
            .bench
            .plugin()
            .issue(self.application, &self.stamp(change))
        {
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
            Ok(again) if again.id != issued.id => {
                fail(EXPECTED, format!("`{}` and then `{}`", issued.id, again.id))
            }
            Ok(_) => Verdict::Pass,
        }
    }

    /// The platform issued it and the answer was lost. The host asks again with the same stamp, twice.
    fn lost_answer(&self) -> Verdict {
        let plugin = self.bench.plugin();
        let first = plugin.issue(self.application, &self.stamp("lost"));
        let found = first.or_else(|_| plugin.issue(self.application, &self.stamp("lost")));
        let issued = match found {
            Err(stopped) => {
                return fail(
                    "a credential on the second try at the latest",
                    stopped.to_string(),
                );
            }
            Ok(issued) => issued,
        };
        let verdict = self.retry("lost", Some(&issued));
        match plugin.revoke(&issued.id, &self.stamp("lost-revoke")) {
            Ok(()) => verdict,
            Err(stopped) => fail(
                "the credential can be revoked afterwards",
                stopped.to_string(),
            ),
        }
    }

    fn revoke(&self, issued: Option<&Issued>) -> Verdict {
        const EXPECTED: &str = "success, also when the credential is useless already";
        let Some(issued) = issued else {
            return nothing_issued();
        };
        match self
            .bench
            .plugin()
            .revoke(&issued.id, &self.stamp("revoke"))
        {
            Ok(()) => Verdict::Pass,
            Err(stopped) => fail(EXPECTED, stopped.to_string()),
        }
    }

    fn is_gone(&self, issued: Option<&Issued>) -> Verdict {
        const EXPECTED: &str = "a platform that does not know the credential any more";
        match issued {
            Some(issued) => platform_has(self.bench, self.count, &issued.id, 0, EXPECTED),
            None => nothing_issued(),
        }
    }
}

fn nothing_issued() -> Verdict {
    not_applicable("nothing was issued")
}
