//! A whole provider to copy: `minimal_note` keeps a text in a file of the current folder.
use std::{fs, process::ExitCode, sync::Arc};
use tfplugin::field::Required;
use tfplugin::resource::{Create, Delete, Read, Update};
use tfplugin::serve::{About, Serve};
use tfplugin::{Configure, Diagnostic, Outcome, Provider, ProviderServer, Resource, Schema};

/// Keeps notes in files.
#[derive(Clone, Schema)]
struct Notes {}

impl Provider for Notes {
    const NAME: &'static str = "minimal";
    type State = ();
    async fn configure(&self, _: &mut Configure) -> Outcome<Arc<()>> {
        Ok(Arc::new(()))
    }
}

/// A text in a file.
#[derive(Clone, Schema)]
struct Note {
    /// The name of the file.
    #[tf(replace, identity)]
    name: Required<String>,
    /// What it says.
    text: Required<String>,
}

impl Resource for Note {
    type Provider = Notes;
    type Private = ();
    const NAME: &'static str = "note";
    async fn create(create: &mut Create<Self>, (): &()) -> Outcome {
        write(&create.state)
    }
    async fn update(update: &mut Update<Self>, (): &()) -> Outcome {
        write(&update.state)
    }
    async fn read(read: &mut Read<Self>, (): &()) -> Outcome {
        match fs::read_to_string(read.state.name.get()?) {
            Ok(text) => read.state.text.set(text),
            Err(_) => read.gone(),
        }
        Ok(())
    }
    async fn delete(delete: &mut Delete<Self>, (): &()) -> Outcome {
        Ok(fs::remove_file(delete.state.name.get()?).map_err(|error| failed(&error))?)
    }
}

fn write(note: &Note) -> Outcome {
    Ok(fs::write(note.name.get()?, note.text.get()?).map_err(|error| failed(&error))?)
}

fn failed(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("Note cannot be changed", error.to_string())
}

fn main() -> ExitCode {
    let (name, install) = ("minimal", "Put it where `dev_overrides` points.");
    let about = About {
        name,
        address: "example.com/examples/minimal",
        install,
    };
    Serve::new(about).run(ProviderServer::<Notes>::new().resource::<Note>())
}
