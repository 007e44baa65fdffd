//! An ephemeral resource with its type forgotten.

use std::marker::PhantomData;
use std::time::SystemTime;

use crate::diagnostic::Diagnostics;
use crate::engine::{Boxed, conclude, contained, settle, typed, validated};
use crate::ephemeral::{EphemeralResource, Lease};
use crate::outcome::Report;
use crate::private::{self, Private};
use crate::provider::StateOf;
use crate::serve::StopListener;
use crate::value::Value;

/// What is kept between opening, renewing and closing.
pub(crate) struct Leased {
    pub(crate) private: Vec<u8>,
    pub(crate) renew_at: Option<SystemTime>,
    pub(crate) diagnostics: Diagnostics,
}

/// An ephemeral resource of a provider whose state is `S`.
pub(crate) trait AnyEphemeral<S>: Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;

    fn open<'a>(
        &'a self,
        config: Value,
        stop: StopListener,
        provider: &'a S,
    ) -> Boxed<'a, (Value, Leased)>;

    fn renew<'a>(
        &'a self,
        private: Vec<u8>,
        stop: StopListener,
        provider: &'a S,
    ) -> Boxed<'a, Leased>;

    fn close<'a>(
        &'a self,
        private: Vec<u8>,
        stop: StopListener,
        provider: &'a S,
    ) -> Boxed<'a, Diagnostics>;
}

/// [`AnyEphemeral`] for `E`.
pub(crate) struct ErasedEphemeral<E>(pub(crate) PhantomData<fn() -> E>);

impl<E: EphemeralResource> AnyEphemeral<StateOf<E::Provider>> for ErasedEphemeral<E> {
    fn validate(&self, config: &Value) -> Diagnostics {
        validated(config, E::validate)
    }

    fn open<'a>(
        &'a self,
        config: Value,
        stop: StopListener,
        provider: &'a StateOf<E::Provider>,
    ) -> Boxed<'a, (Value, Leased)> {
        Box::pin(async move {
            let mut said = Diagnostics::new();
            let Some(mut opened) = typed::<E>(&config, &mut said) else {
                return (Value::Null, failed(said));
            };
            let mut lease = lease::<E::Private>(&[], stop, &mut said);
            let outcome = contained(opened.open(&mut lease, provider)).await;
            if !conclude(outcome, std::mem::take(&mut lease.report), &mut said) {
                return (Value::Null, failed(said));
            }
            (
                settle::known(opened.encode(), &Value::Null),
                leased(&lease, said),
            )
        })
    }

    fn renew<'a>(
        &'a self,
        private: Vec<u8>,
        stop: StopListener,
        provider: &'a StateOf<E::Provider>,
    ) -> Boxed<'a, Leased> {
        Box::pin(async move {
            let mut said = Diagnostics::new();
            let mut lease = lease::<E::Private>(&private, stop, &mut said);
            let outcome = contained(E::renew(&mut lease, provider)).await;
            conclude(outcome, std::mem::take(&mut lease.report), &mut said);
            leased(&lease, said)
        })
    }

    fn close<'a>(
        &'a self,
        private: Vec<u8>,
        stop: StopListener,
        provider: &'a StateOf<E::Provider>,
    ) -> Boxed<'a, Diagnostics> {
        Box::pin(async move {
            let mut said = Diagnostics::new();
            let mut lease = lease::<E::Private>(&private, stop, &mut said);
            let outcome = contained(E::close(&mut lease, provider)).await;
            conclude(outcome, lease.report, &mut said);
            said
        })
    }
}

fn lease<P: Private>(private: &[u8], stop: StopListener, said: &mut Diagnostics) -> Lease<P> {
    let private = private::decode(private, said);
    Lease {
        private,
        renew_at: None,
        report: Report::new(),
        stop,
    }
}

fn leased<P: Private>(lease: &Lease<P>, mut diagnostics: Diagnostics) -> Leased {
    let private = private::encode(&lease.private, &mut diagnostics);
    Leased {
        private,
        renew_at: lease.renew_at,
        diagnostics,
    }
}

fn failed(diagnostics: Diagnostics) -> Leased {
    Leased {
        private: Vec::new(),
        renew_at: None,
        diagnostics,
    }
}
