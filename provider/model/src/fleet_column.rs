//! What a column of a fleet file means.

closed_set! {
    /// What a column of a fleet file means.
    pub enum FleetColumn, "fleet column", "invalid-fleet-column",
        "`node`, `gpus`, `model`, `memory_mib`, `used`, `healthy` or `uuid`" {
        /// The name of the machine; the only one that every row must have.
        Node = "node",
        /// How many devices the row stands for; without this column, one.
        Gpus = "gpus",
        /// What the devices are.
        Model = "model",
        /// The memory of each device in MiB.
        MemoryMib = "memory_mib",
        /// How many of the row's devices are in use.
        Used = "used",
        /// Whether the row's devices work: `true` or `false`.
        Healthy = "healthy",
        /// The device's UUID; the row then stands for one device.
        Uuid = "uuid",
    }
}
