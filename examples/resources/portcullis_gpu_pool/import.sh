terraform import portcullis_gpu_pool.scoring scoring-h200
