//! CallFunction: works before the provider is configured.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::proto::FunctionError;
use crate::proto::call_function::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::wire::{read, write};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let Some((schema, function)) = server.functions.get(&request.name) else {
        let detail = format!(
            "The provider has no function `{}`.\n\nUpgrade the provider.\n\nfunction-not-served",
            request.name
        );
        return Err(Diagnostic::error("Function is not served", detail).into());
    };
    let parameters = schema
        .parameters
        .iter()
        .chain(std::iter::repeat_with(|| schema.variadic.iter()).flatten());
    let given = request.arguments.iter().zip(parameters);
    let arguments: Vec<_> = given
        .map(|(sent, parameter)| read(Some(sent), &parameter.ty))
        .collect::<Result<_, _>>()?;
    Ok(match function.call(&arguments) {
        Ok(result) => Response {
            result: Some(write(&result, &schema.result)?),
            error: None,
        },
        Err(error) => {
            let error = FunctionError {
                text: error.text,
                function_argument: error.argument,
            };
            Response {
                result: None,
                error: Some(error),
            }
        }
    })
}
