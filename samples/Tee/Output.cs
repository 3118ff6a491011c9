using Microsoft.Win32.SafeHandles;

namespace TeeSample;

/// <summary>Standard output, a file, or where there are more outputs than one fan-out takes, the pipe to the others.</summary>
internal sealed record Output(string Name, SafeFileHandle Handle)
{
    /// <summary>Whether it was opened here, and is to be closed here.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether nothing is said of it when it fails: those behind it do that.</summary>
    public bool IsForOthers { get; init; }
}
