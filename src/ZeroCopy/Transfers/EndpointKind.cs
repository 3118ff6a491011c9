namespace ZeroCopy;

/// <summary>What an end of a transfer is, as far as it makes a difference to how it is read and written.</summary>
public enum EndpointKind
{
    /// <summary>A regular file or a block device: has offsets, cannot be waited for, and its calls wait for the disk.</summary>
    File,

    /// <summary>A pipe or FIFO: spliced to and from without waiting, whatever its flags, unless somebody else's blocking splice keeps it locked.</summary>
    Pipe,

    /// <summary>A stream socket.</summary>
    Socket,

    /// <summary>A terminal: ignores SPLICE_F_NONBLOCK.</summary>
    Terminal,

    /// <summary>Another character device, such as /dev/null.</summary>
    Device,
}
