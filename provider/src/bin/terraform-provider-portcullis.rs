//! The provider, under the name by which Terraform finds it.

fn main() -> std::process::ExitCode {
    portcullis::main()
}
