terraform import portcullis_grant.freeze "user:bo rollback workload:production/fraud-scorer"
