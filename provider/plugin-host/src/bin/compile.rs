//! The compiler's child process as a program of its own: what the tests of this crate start. The provider starts itself.

fn main() -> std::process::ExitCode {
    portcullis_plugin_host::compile_main()
}
