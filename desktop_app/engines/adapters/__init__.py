"""The heavy packages, each behind one protocol; imported by the engine process and by wiring only."""
