"""The dialer: control plane, placing kernel, reference engine."""
