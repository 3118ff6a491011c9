namespace ZeroCopy;

/// <summary>Finds out what vmsplice(2) does here with the memory that it is given.</summary>
internal static class VmSpliceTrial
{
    private const byte Before = 1;
    private const byte After = 2;

    /// <summary>Maps a byte into a pipe, changes it, and looks what the pipe has.</summary>
    /// <param name="pipe">An empty pipe, which is empty again afterwards.</param>
    /// <param name="refers">Whether the pipe has what was mapped, and no copy of it; null where that is not known.</param>
    /// <returns>What vmsplice said.</returns>
    /// <exception cref="ErrnoException">There is no memory for that.</exception>
    public static unsafe Errno Run(Pipe pipe, out bool? refers)
    {
        refers = null;
        using PageRegion region = PageRegion.Take(1, hugePages: false);
        *region.At(0) = Before;

        // SAFETY: the byte is changed while it is mapped, which is what this is about; whoever has it is the pipe, which is empty before the page is retired.
        IOVector segment = new(region.At(0), 1);
        Errno errno = Interop.VmSplice(pipe.WriteHandle, &segment, 1, SpliceFlags.NonBlock, out long mapped);
        if (mapped == 1)
        {
            *region.At(0) = After;
            byte seen = 0;
            if (Interop.Read(pipe.ReadHandle, new Span<byte>(ref seen), offset: null, out long count) == Errno.None && count == 1)
            {
                refers = seen == After;
            }
        }

        return errno;
    }
}
