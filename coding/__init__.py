"""From a text to rows: the coding format, its checks, pinning against the text, loading."""
