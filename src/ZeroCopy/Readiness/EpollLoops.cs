namespace ZeroCopy;

/// <summary>The loops of the process. Each starts when it is first needed, and lives as long as the process.</summary>
internal static class EpollLoops
{
    /// <summary>
    /// As many as processors, up to eight: one serves many thousands of descriptors, but with small messages on many of them it is as busy as a core can be.
    /// Those that have nothing to do cost nothing.
    /// </summary>
    private static readonly EpollLoop?[] _loops = new EpollLoop?[Math.Clamp(Environment.ProcessorCount, 1, 8)];

    static EpollLoops() => Metrics.Publish(LoopMeter.Create);

    /// <summary>How often the loops have woken up, be it for nothing.</summary>
    public static long WakeUps => _loops.OfType<EpollLoop>().Distinct().Sum(static loop => loop.WakeUps);

    /// <summary>The loop of a descriptor number. Transfers go by the lowest of theirs, so that both directions of a pair meet in one loop.</summary>
    /// <exception cref="ErrnoException">The first one could not be started: EMFILE, ENFILE, ENOMEM or EAGAIN. The next call tries again.</exception>
    public static EpollLoop Of(int fd)
    {
        // Numbers go up in twos and fours where pairs of sockets are opened, so not by remainder: this is Fibonacci hashing.
        int index = (int)(((uint)fd * 2654435769u * (ulong)_loops.Length) >> 32);
        if (Volatile.Read(ref _loops[index]) is EpollLoop loop)
        {
            return loop;
        }

        lock (_loops)
        {
            return _loops[index] ??= Start(index);
        }
    }

    /// <summary>Makes the exception for a call that failed, with what to do where a limit is the reason.</summary>
    public static ErrnoException Failure(Errno errno, string call) => new(errno, call, errno switch
    {
        Errno.EMFILE => "This process has as many descriptors as it may: raise the limit (ulimit -n).",
        Errno.ENFILE => "The system has as many open files as it may (/proc/sys/fs/file-max).",
        Errno.ENOSPC => "This user waits for as many descriptors as /proc/sys/fs/epoll/max_user_watches allows.",
        Errno.EAGAIN when call == "clone" => "There are as many threads as this user (ulimit -u), its control group or the system may have.",
        _ => null,
    });

    /// <summary>Where there is no descriptor or thread left for another one, one that runs does the work of both.</summary>
    private static EpollLoop Start(int index)
    {
        try
        {
            return new EpollLoop(index);
        }
        catch (ErrnoException) when (Array.Exists(_loops, static loop => loop is not null))
        {
            return Array.Find(_loops, static loop => loop is not null)!;
        }
    }
}
