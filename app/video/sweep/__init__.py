"""Films of sweeps."""
