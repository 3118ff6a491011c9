namespace GenerateSample;

/// <summary>How the bytes get to standard output.</summary>
internal enum Mode
{
    /// <summary>Memory is handed over to the pipe, and stays as it is whatever the reader does.</summary>
    AnyReader,

    /// <summary>Memory is handed over to the pipe, for a reader that only copies.</summary>
    CopyingReader,

    /// <summary>write(2).</summary>
    Write,
}
