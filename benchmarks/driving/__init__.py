"""What the benchmarks in a browser share: Chromium and JupyterLab, a probe, a count of bytes."""
