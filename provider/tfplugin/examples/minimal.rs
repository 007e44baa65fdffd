//! A whole provider to copy: one resource that keeps a note in a file.
#![allow(missing_docs, reason = "an example")]

use std::process::ExitCode;
use std::sync::Arc;

use tfplugin::field::{Computed, Optional, Required};
use tfplugin::provider::Configure;
use tfplugin::resource::{Create, Delete, Read, Update};
use tfplugin::serve::{About, Serve};
use tfplugin::{Diagnostic, Outcome, Provider, ProviderServer, Resource, Schema};

/// Keeps notes in files.
#[derive(Debug, Clone, Schema)]
struct Notes {
    /// The folder to keep them in. The current one when left out.
    folder: Optional<String>,
}

impl Provider for Notes {
    const NAME: &'static str = "minimal";
    type State = String;

    async fn configure(&self, _: &mut Configure) -> Outcome<Arc<String>> {
        Ok(Arc::new(
            self.folder.get()?.cloned().unwrap_or_else(|| ".".into()),
        ))
    }
}

/// A note in a file.
#[derive(Debug, Clone, Schema)]
struct Note {
    /// The name of the file.
    #[tf(replace, identity)]
    name: Required<String>,
    /// What it says.
    text: Required<String>,
    /// How many bytes it has.
    #[tf(changes_with("text"))]
    size: Computed<u64>,
}

impl Note {
    fn write(&mut self, folder: &str) -> Outcome {
        let (name, text) = (self.name.get()?, self.text.get()?.clone());
        std::fs::write(format!("{folder}/{name}"), &text)
            .map_err(|error| Diagnostic::error("Note cannot be written", error.to_string()))?;
        self.size.set(text.len() as u64);
        Ok(())
    }
}

impl Resource for Note {
    type Provider = Notes;
    type Private = ();
    const NAME: &'static str = "note";

    async fn create(create: &mut Create<Self>, folder: &String) -> Outcome {
        create.state.write(folder)
    }

    async fn read(read: &mut Read<Self>, folder: &String) -> Outcome {
        match std::fs::read_to_string(format!("{folder}/{}", read.state.name.get()?)) {
            Ok(text) => {
                read.state.size.set(text.len() as u64);
                read.state.text.set(text);
            }
            Err(_) => read.gone(),
        }
        Ok(())
    }

    async fn update(update: &mut Update<Self>, folder: &String) -> Outcome {
        update.state.write(folder)
    }

    async fn delete(delete: &mut Delete<Self>, folder: &String) -> Outcome {
        let _ = std::fs::remove_file(format!("{folder}/{}", delete.state.name.get()?));
        Ok(())
    }
}

fn main() -> ExitCode {
    let about = About {
        name: "minimal",
        address: "example.com/examples/minimal",
        install: "Put it where `dev_overrides` points.",
    };
    Serve::new(about).run(ProviderServer::<Notes>::new().resource::<Note>())
}
