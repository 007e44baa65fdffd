terraform import portcullis_group.release group:ml-release
