namespace ZeroCopy;

/// <summary>The ways that the bytes of one transfer took. Several at once, where it changed over.</summary>
[Flags]
public enum TransferPath
{
    /// <summary>No byte of the source was moved.</summary>
    None = 0,

    /// <summary><c>splice</c> through a pipe: the bytes stayed in the kernel.</summary>
    Splice = 1,

    /// <summary><c>copy_file_range</c> from file to file: the bytes stayed in the kernel, and on some file systems are shared on the disk.</summary>
    CopyFileRange = 2,

    /// <summary><c>read</c> and <c>write</c>, or <c>recv</c> and <c>send</c>: the bytes were carried through the process, because the kernel refused to splice them
    /// or, from socket to socket, because there were so few that this is cheaper.</summary>
    ReadWrite = 4,
}
