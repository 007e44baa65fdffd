//! What a deploy block may name in `may`.

use crate::Duty;

closed_set! {
    /// What a deploy block may name in `may`; not every verb that is asked for is of the deploy duty.
    pub enum DeployVerb, "deploy verb", "invalid-deploy-verb",
        "`rollout`, `rollback`, `read_logs`, `scale`, `rotate_credentials`, `set_routes`, `swap_model`, \
         `grant` or `approve`" {
        /// Ship a new version.
        Rollout = "rollout",
        /// Return to an earlier version.
        Rollback = "rollback",
        /// Read the logs of what was shipped.
        ReadLogs = "read_logs",
        /// Change the number of replicas or its bounds.
        Scale = "scale",
        /// Replace the workload's credentials.
        RotateCredentials = "rotate_credentials",
        /// Change where requests go.
        SetRoutes = "set_routes",
        /// Replace the model that answers.
        SwapModel = "swap_model",
        /// Give permissions to others.
        Grant = "grant",
        /// Approve a change of others.
        Approve = "approve",
    }
}

impl DeployVerb {
    /// The duty that the verb belongs to.
    #[must_use]
    pub const fn duty(self) -> Duty {
        match self {
            Self::Rollout | Self::Rollback | Self::ReadLogs => Duty::Deploy,
            Self::Scale => Duty::Scale,
            Self::RotateCredentials => Duty::Credential,
            Self::SetRoutes => Duty::Route,
            Self::SwapModel => Duty::SwapModel,
            Self::Grant => Duty::Grant,
            Self::Approve => Duty::Approve,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_suggested() {
        let error = "roll_out".parse::<DeployVerb>().unwrap_err();
        assert_eq!(error.suggestion(), Some("rollout"));
        assert_eq!(error.code(), "invalid-deploy-verb");
    }

    #[test]
    fn three_verbs_are_of_the_deploy_duty() {
        let deploy = DeployVerb::ALL
            .iter()
            .filter(|verb| verb.duty() == Duty::Deploy);
        assert_eq!(deploy.count(), 3);
    }
}
