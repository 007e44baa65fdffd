# The policy of plugins/checks/gpu-budget in Rego: every pool has an owner, and no owner plans more GPUs than the budget.
package portcullis

budget := 12

pools contains pool if {
	some pool in input.resource_changes
	pool.type == "portcullis_gpu_pool"
}

planned[owner] := total if {
	some owner in {pool.change.after.owner | some pool in pools}
	total := sum([gpus |
		some pool in pools
		pool.change.after.owner == owner
		gpus := pool.change.after.gpu.replicas * pool.change.after.gpu.gpus_per_replica
	])
}

violations contains pool.address if {
	some pool in pools
	planned[pool.change.after.owner] > budget
}
