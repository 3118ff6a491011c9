namespace ZeroCopy.Tests.Models;

/// <summary>What may be done to a pipe.</summary>
internal enum PipeCall
{
    /// <summary>write(2).</summary>
    Write,

    /// <summary>A page buffer's vmsplice(2).</summary>
    Map,

    /// <summary>splice(2) to another pipe, or to the same one.</summary>
    Splice,

    /// <summary>tee(2) likewise.</summary>
    Tee,

    /// <summary>read(2).</summary>
    Read,

    /// <summary>vmsplice(2) out of the pipe.</summary>
    Fill,

    /// <summary>fcntl(F_SETPIPE_SZ).</summary>
    Resize,

    CloseReader,

    CloseWriter,
}
