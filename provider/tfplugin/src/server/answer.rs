//! What is answered when a request cannot be.

use crate::diagnostic::Diagnostics;
use crate::engine::panicked;
use crate::proto;
use crate::serve::panic;

/// A response that can say why it holds nothing else.
pub(super) trait Answer<Q>: Sized {
    /// The response that keeps what the request knew.
    fn keeping(request: &Q) -> Self;

    /// Says it.
    fn say(&mut self, diagnostics: &Diagnostics);
}

/// Serves `request`. Errors and panics become diagnostics; what was known stays known.
pub(super) async fn answer<Q, A, F>(request: Q, serve: impl FnOnce(Q) -> F) -> A
where
    A: Answer<Q>,
    F: Future<Output = Result<A, Diagnostics>>,
{
    let mut kept = A::keeping(&request);
    match panic::catch(async { serve(request).await }).await {
        Ok(Ok(answer)) => return answer,
        Ok(Err(diagnostics)) => kept.say(&diagnostics),
        Err(panic) => kept.say(&panicked(&panic).into()),
    }
    kept
}

macro_rules! answers {
    ($($rpc:ident { $($kept:ident: $from:ident),* }),+ $(,)?) => {$(
        impl Answer<proto::$rpc::Request> for proto::$rpc::Response {
            fn keeping(request: &proto::$rpc::Request) -> Self {
                let _ = request;
                Self { $($kept: request.$from.clone(),)* ..Self::default() }
            }

            fn say(&mut self, diagnostics: &Diagnostics) {
                self.diagnostics.extend(diagnostics.iter().map(Into::into));
            }
        }
    )+};
}

answers! {
    validate_provider_config {},
    validate_resource_config {},
    validate_data_resource_config {},
    validate_ephemeral_resource_config {},
    validate_list_resource_config {},
    validate_action_config {},
    configure_provider {},
    upgrade_resource_state {},
    upgrade_resource_identity {},
    read_resource { new_state: current_state, private: private, new_identity: current_identity },
    plan_resource_change { planned_state: prior_state, planned_private: prior_private },
    apply_resource_change { new_state: prior_state, private: planned_private },
    import_resource_state {},
    move_resource_state {},
    generate_resource_config {},
    read_data_source {},
    open_ephemeral_resource {},
    renew_ephemeral_resource { private: private },
    close_ephemeral_resource {},
    plan_action {},
}

impl Answer<proto::call_function::Request> for proto::call_function::Response {
    fn keeping(_: &proto::call_function::Request) -> Self {
        Self::default()
    }

    fn say(&mut self, diagnostics: &Diagnostics) {
        let texts: Vec<_> = diagnostics
            .iter()
            .map(|one| format!("{}: {}", one.summary, one.detail))
            .collect();
        self.error = Some(proto::FunctionError {
            text: texts.join("\n\n"),
            function_argument: None,
        });
    }
}
