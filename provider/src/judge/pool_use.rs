//! Is every pool that a workload may use there, and as large as it may use of it?

use tfplugin::{Diagnostic, Outcome, Path};

use crate::configured::Configured;
use crate::resources::PermissionSplit;

/// What is wrong with the `use` blocks of a split. What is not known yet is looked at again by the apply run.
///
/// # Errors
/// When the ledger cannot be read. Deferred while the blocks themselves are unknown.
pub async fn uses(split: &PermissionSplit, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let promised = provider.promised().await?;
    let mut problems = Vec::new();
    for (index, block) in split.runtime.get()?.r#use.get()?.iter().enumerate() {
        let Some(pool) = block.pool.known() else {
            continue;
        };
        let planned = provider.board.lock().pools.get(pool).copied();
        let at = Path::root()
            .attribute("runtime")
            .attribute("use")
            .index(index);
        match planned.or_else(|| promised.pools.get(pool).copied()) {
            None => problems.push(not_declared(pool).at(at.attribute("pool"))),
            Some(Some(gpus)) => {
                let most = block.max_gpus.known().copied().map(u64::from);
                if let Some(most) = most.filter(|most| *most > gpus) {
                    problems.push(too_many(pool, most, gpus).at(at.attribute("max_gpus")));
                }
            }
            Some(None) => {}
        }
    }
    Ok(problems)
}

fn not_declared(pool: &str) -> Diagnostic {
    let detail = format!(
        "The split lets its workload use the GPU pool `{}`; neither this configuration, as far as it is planned, nor the \
         ledger declares it.\n\n\
         Refer to it as `portcullis_gpu_pool.<name>.id`, so that Terraform plans it first; or apply the workspace that \
         declares it.\n\n\
         pool-not-declared",
        pool.escape_debug(),
    );
    Diagnostic::error("GPU pool is not declared", detail)
}

fn too_many(pool: &str, most: u64, gpus: u64) -> Diagnostic {
    let detail = format!(
        "The split lets its workload use up to {most} GPUs of the pool `{}`, which has {gpus}.\n\n\
         Lower `max_gpus` to {gpus} or less, or give the pool more replicas.\n\n\
         use-exceeds-pool",
        pool.escape_debug(),
    );
    Diagnostic::warning("Split allows more GPUs than the pool has", detail)
}
