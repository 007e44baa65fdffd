//! What a column of a fleet file means.

closed_set! {
    /// What a column of a fleet file means.
    pub enum FleetColumn, "fleet column", "invalid-fleet-column",
        "`node`, `gpus`, `model`, `memory_mib`, `used`, `healthy`, `health`, `uuid`, `region`, `zone`, `driver_version`, \
         `cuda_version`, `fabric`, `price`, `node_cpu_milli` or `node_memory_mib`" {
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
        /// How well the row's devices work, in a word: `healthy`, `degraded`, `unhealthy`, `lost` or `unreported`.
        Health = "health",
        /// The device's UUID; the row then stands for one device.
        Uuid = "uuid",
        /// The region of the machine.
        Region = "region",
        /// The zone of the machine.
        Zone = "zone",
        /// The kernel driver of the machine.
        DriverVersion = "driver_version",
        /// The newest CUDA that the driver runs.
        CudaVersion = "cuda_version",
        /// The NVLink domain of the row's devices.
        Fabric = "fabric",
        /// What each device costs for an hour, such as `2.49 USD`.
        Price = "price",
        /// Thousandths of a CPU that are free on the machine.
        NodeCpuMilli = "node_cpu_milli",
        /// Memory that is free on the machine, in MiB.
        NodeMemoryMib = "node_memory_mib",
    }
}
