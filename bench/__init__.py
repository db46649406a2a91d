"""Benchmarks against peers: each figure is a fresh process, each result a ratio within one run."""
