using System.Globalization;

namespace ZeroCopy;

/// <summary>Makes each call once, to find out what <see cref="KernelSupport"/> tells.</summary>
internal static class KernelProbe
{
    public static KernelSupport Run()
    {
        KernelSupport support = new()
        {
            KernelRelease = Read("/proc/sys/kernel/osrelease") ?? Environment.OSVersion.Version.ToString(),
            UserPipePagesSoft = ReadCount("/proc/sys/fs/pipe-user-pages-soft"),
            UserPipePagesHard = ReadCount("/proc/sys/fs/pipe-user-pages-hard"),
            HugePageMode = Chosen(Read("/sys/kernel/mm/transparent_hugepage/enabled")),
        };
        TryHugePages(support);
        support.PipeErrno = Pipe.TryOpen(capacity: 0, nonBlocking: false, out Pipe? pipe);
        using (pipe)
        {
            if (pipe is not null)
            {
                TryCalls(support, pipe);
                TryCapacities(support, pipe);
            }
        }

        return support;
    }

    /// <summary>Where its mode cannot be read, its size is not asked for either: it would be remembered for good that there is none.</summary>
    private static void TryHugePages(KernelSupport support)
    {
        if (support.HugePageMode is null)
        {
            return;
        }

        support.HugePageSize = PageBuffer.HugePageSize;
        support.HasHugePages = false;
        if (support.HugePageSize > 0)
        {
            try
            {
                using PageBuffer buffer = new(support.HugePageSize.Value, hugePages: true);
                support.HasHugePages = buffer.HasHugePages;
            }
            catch (Exception e) when (e is ErrnoException or InsufficientMemoryException)
            {
                support.HasHugePages = null;
            }
        }
    }

    private static void TryCalls(KernelSupport support, Pipe pipe)
    {
        try
        {
            support.VmSpliceErrno = VmSpliceTrial.Run(pipe, out bool? refers);
            support.VmSpliceRefers = refers;
        }
        catch (ErrnoException)
        {
            // There is no memory to map.
        }

        // That it finds no file here shows that it is there.
        Errno errno = Interop.CopyFileRange(pipe.ReadHandle, null, pipe.WriteHandle, null, 1, out _);
        support.CopyFileRangeErrno = errno == Errno.EINVAL ? Errno.None : errno;

        _ = Pipe.TryOpen(capacity: 0, nonBlocking: false, out Pipe? other);
        using (other)
        {
            if (other is not null)
            {
                TryTeeAndSplice(support, pipe, other);
            }
        }
    }

    private static void TryTeeAndSplice(KernelSupport support, Pipe pipe, Pipe other)
    {
        if (Interop.Write(pipe.WriteHandle, [1], offset: null, out _) == Errno.None)
        {
            support.TeeErrno = Interop.Tee(pipe.ReadHandle, other.WriteHandle, 1, SpliceFlags.NonBlock, out _);
            support.SpliceErrno = Interop.Splice(pipe.ReadHandle, null, other.WriteHandle, null, 1, SpliceFlags.NonBlock, out _);
        }
    }

    /// <summary>Enlarges it as far as that goes, by powers of two, as the kernel does.</summary>
    private static void TryCapacities(KernelSupport support, Pipe pipe)
    {
        support.PipeCapacity = CapacityOf(pipe);
        long wanted = Pipe.MaxCapacity;
        while (wanted > support.PipeCapacity && Interop.SetPipeSize(pipe.WriteHandle, (int)wanted) != Errno.None)
        {
            wanted /= 2;
        }

        support.LargestPipeCapacity = CapacityOf(pipe);
    }

    private static int? CapacityOf(Pipe pipe) => Interop.GetPipeSize(pipe.WriteHandle, out long bytes) == Errno.None ? (int)bytes : null;

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? ReadCount(string path) => long.TryParse(Read(path), CultureInfo.InvariantCulture, out long count) ? count : null;

    /// <summary>Of several words, the one in brackets.</summary>
    private static string? Chosen(string? words)
    {
        int start = words?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int end = words?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return start >= 0 && end > start ? words![(start + 1)..end] : null;
    }
}
