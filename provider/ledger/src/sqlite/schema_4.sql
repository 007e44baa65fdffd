-- Version 4: what it adds to version 3. The memory units of GPUs that reserved GPU instances take, made or still to be made.
-- The primary key is the rule: a unit is promised once, whatever the names of the instances are. The seal of the reservation
-- covers them.

CREATE TABLE instance_unit (
    gpu    TEXT    NOT NULL,
    unit   INTEGER NOT NULL CHECK (unit BETWEEN 0 AND 7),
    device TEXT    NOT NULL REFERENCES reservation (device) ON DELETE CASCADE,
    PRIMARY KEY (gpu, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_unit_by_device ON instance_unit (device);
