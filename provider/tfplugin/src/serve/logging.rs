//! The log: one JSON object a line on stderr, as Terraform reads it from every provider.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::scrub::scrub;

/// Crates of the transport. Their lower levels carry raw messages, and so whatever a configuration holds.
const TRANSPORT: [&str; 9] = [
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "rustls",
    "tokio",
    "tokio_rustls",
    "tonic",
    "tower",
];

/// Terraform splits longer lines, and half an object is not JSON to it.
const LINE_MAX: usize = 60 * 1024;

/// Logs everything from `level` up for the rest of the process; an unknown level means all, as in Terraform. Does
/// nothing when the program already logs in its own way, or when no level is set, because then nobody reads it.
pub(super) fn install(level: Option<&str>) {
    let Some(level) = level.and_then(level_of) else {
        return;
    };
    let subscriber = Registry::default().with(Hclog { sink: to_stderr }.with_filter(filter(level)));
    let _ = tracing::subscriber::set_global_default(subscriber);
}

fn filter(level: LevelFilter) -> Targets {
    let all = Targets::new().with_default(level);
    TRANSPORT.iter().fold(all, |targets, name| {
        targets.with_target(*name, level.min(LevelFilter::WARN))
    })
}

fn level_of(name: &str) -> Option<LevelFilter> {
    match name.to_ascii_uppercase().as_str() {
        "OFF" => None,
        "ERROR" => Some(LevelFilter::ERROR),
        "WARN" => Some(LevelFilter::WARN),
        "INFO" => Some(LevelFilter::INFO),
        "DEBUG" => Some(LevelFilter::DEBUG),
        _ => Some(LevelFilter::TRACE),
    }
}

fn to_stderr(line: &str) {
    // Stderr may be gone together with Terraform; there is nobody left to tell.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// The layer; fields of the spans around an event are part of its line.
struct Hclog {
    sink: fn(&str),
}

/// Fields of one span, kept with it.
struct SpanFields(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hclog {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(SpanFields(fields.0));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(SpanFields(known)) = span.extensions_mut().get_mut()
        {
            let mut fields = Fields::default();
            values.record(&mut fields);
            known.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .iter()
            .rev()
        {
            if let Some(SpanFields(known)) = span.extensions().get() {
                fields.0.extend(known.clone());
            }
        }
        event.record(&mut fields);
        (self.sink)(&line(event.metadata(), Timestamp::now(), fields.0));
    }
}

/// One line. What Terraform itself reads are strings whatever was logged: it panics at any other type.
fn line(metadata: &Metadata<'_>, now: Timestamp, mut fields: Map<String, Value>) -> String {
    let message = match fields.remove("message") {
        Some(Value::String(message)) => message,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let head = |message: String| {
        let now = now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let mut object = Map::new();
        object.insert("@level".to_owned(), level_name(*metadata.level()).into());
        object.insert("@message".to_owned(), message.into());
        object.insert("@module".to_owned(), metadata.target().into());
        object.insert("@timestamp".to_owned(), now.into());
        object
    };
    let mut object = head(message);
    object.extend(
        fields
            .into_iter()
            .filter(|(name, _)| !name.starts_with('@')),
    );
    let mut line = Value::from(object).to_string();
    if line.len() > LINE_MAX {
        let size = format!(
            "a log line of {} bytes was too long to be shown",
            line.len()
        );
        line = Value::from(head(size)).to_string();
    }
    line.push('\n');
    line
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// Values as JSON, every string scrubbed.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: Value) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, scrub(value).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{Hclog, LINE_MAX, Level, LevelFilter, Registry, filter, level_of};

    thread_local! {
        static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn logged(log: impl FnOnce()) -> Vec<Value> {
        let sink = |line: &str| LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
        let subscriber = Registry::default().with(Hclog { sink });
        tracing::subscriber::with_default(subscriber, log);
        let lines = LINES.take();
        assert!(
            lines
                .iter()
                .all(|line| line.matches('\n').count() == 1 && line.ends_with('\n'))
        );
        lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn the_four_keys_of_terraform_are_strings() {
        let lines = logged(|| {
            tracing::info!("planned\ntwice");
            tracing::warn!(message = 7);
            tracing::error!(count = 3);
        });
        for (line, message) in lines.iter().zip(["planned\ntwice", "7", ""]) {
            assert_eq!(line["@message"], message);
            assert!(line["@module"].as_str().unwrap().contains("logging"));
            assert!(line["@level"].is_string());
        }
        assert_eq!(lines[2]["count"], 3);
    }

    #[test]
    fn the_timestamp_has_exactly_six_fractional_digits() {
        for line in logged(|| tracing::info!("now")) {
            let timestamp = line["@timestamp"].as_str().unwrap();
            let (_, fraction) = timestamp.split_once('.').unwrap();
            assert_eq!(timestamp.len(), "2026-11-23T04:05:06.000007Z".len());
            assert_eq!(fraction.len(), 7);
            assert!(fraction.ends_with('Z'));
        }
    }

    #[test]
    fn fields_of_spans_are_part_of_the_line_and_its_own_win() {
        let lines = logged(|| {
            let span = tracing::info_span!("rpc", resource = "outer", pool = tracing::field::Empty);
            let _entered = span.enter();
            span.record("pool", "a");
            let _inner = tracing::info_span!("inner", resource = "inner").entered();
            tracing::info!(resource = "own", ok = true, "done");
        });
        assert_eq!(lines[0]["resource"], "own");
        assert_eq!(lines[0]["pool"], "a");
        assert_eq!(lines[0]["ok"], true);
    }

    #[test]
    fn a_line_too_long_for_terraform_says_so_instead() {
        let lines = logged(|| tracing::info!(big = "x".repeat(LINE_MAX), "big"));
        assert!(lines[0].to_string().len() < 1_000);
        assert!(lines[0]["@message"].as_str().unwrap().contains("too long"));
    }

    #[test]
    fn the_transport_never_logs_what_it_carries() {
        let all = filter(LevelFilter::TRACE);
        assert!(all.would_enable("portcullis::plan", &Level::TRACE));
        assert!(all.would_enable("h2::proto::connection", &Level::WARN));
        for target in [
            "h2::codec::framed_read",
            "hyper::proto",
            "rustls::server",
            "tonic",
        ] {
            assert!(!all.would_enable(target, &Level::INFO), "{target}");
        }
        let errors = filter(LevelFilter::ERROR);
        assert!(!errors.would_enable("h2", &Level::WARN));
    }

    #[test]
    fn levels_are_those_of_terraform() {
        assert_eq!(level_of("warn"), Some(LevelFilter::WARN));
        assert_eq!(level_of("JSON"), Some(LevelFilter::TRACE));
        assert_eq!(level_of("off"), None);
    }
}
