//! Reading a managed resource.

use crate::diagnostic::Diagnostics;
use crate::engine::resource::{ReadAnswer, ReadRequest};
use crate::engine::{Shape, conclude, contained, settle, typed};
use crate::outcome::Report;
use crate::private;
use crate::provider::StateOf;
use crate::resource::{Read, Resource};
use crate::value::Value;

/// Looks at the object. On failure what was known stays.
pub(super) async fn read<R: Resource>(
    shape: &Shape,
    request: &ReadRequest,
    provider: &StateOf<R::Provider>,
) -> ReadAnswer {
    let mut said = Diagnostics::new();
    let Some(prior) = typed::<R>(&request.state, &mut said) else {
        return ReadAnswer {
            state: request.state.clone(),
            private: request.private.clone(),
            diagnostics: said,
        };
    };
    let mut read = Read {
        state: prior.clone(),
        private: private::decode(&request.private, &mut said),
        report: Report::new(),
        stop: request.stop.clone(),
        gone: false,
    };
    let outcome = contained(R::read(&mut read, provider)).await;
    if !conclude(outcome, read.report, &mut said) {
        return ReadAnswer {
            state: request.state.clone(),
            private: request.private.clone(),
            diagnostics: said,
        };
    }
    if read.gone {
        return ReadAnswer {
            state: Value::Null,
            private: Vec::new(),
            diagnostics: said,
        };
    }
    read.state.keep_form(&prior);
    let mut state = settle::known(read.state.encode(), &request.state);
    settle::forget_write_only(&shape.schema.block, &mut state);
    let private = private::encode(&read.private, &mut said);
    ReadAnswer {
        state,
        private,
        diagnostics: said,
    }
}
