namespace ZeroCopy.Tests.Support;

/// <summary>What an end of a copy is.</summary>
public enum EndKind
{
    Tcp,
    Unix,
    Pipe,
    Fifo,
    Terminal,

    /// <summary>A FileStream.</summary>
    FileStream,

    /// <summary>A handle, at its own position.</summary>
    File,

    /// <summary>A handle, at an offset that is given.</summary>
    FileAtOffset,

    /// <summary>/dev/zero or /dev/null.</summary>
    Device,
}
