"""From a coding to rows: the format, its checks, pinning against the text, loading."""
